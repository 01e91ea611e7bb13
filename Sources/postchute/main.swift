print("postchute")
