"""An MCP server: assistants use the API through tools, within the scopes of one API key. See docs/mcp.md.

It is a client of the API, like the command line.
"""
