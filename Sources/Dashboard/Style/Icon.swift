/// The sign in the tab of a browser: a letter on its way.
enum Icon {
    static let text = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" \
        fill="#1d4f6e"/><path d="M7 11h18v12H7z" fill="none" stroke="#fff" stroke-width="2" \
        stroke-linejoin="round"/><path d="M7 11l9 7 9-7" fill="none" stroke="#fff" stroke-width="2" \
        stroke-linejoin="round"/></svg>
        """
}
