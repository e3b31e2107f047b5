namespace OrleansUploads.Gateway.Dashboard;

/// <summary>Where a request comes from, as the browser states it.</summary>
internal static class RequestOrigin
{
    private const string SchemeEnd = "://";

    /// <summary>Whether the page that sent a request is this server's own. Browsers state the origin of every request that is not a
    /// GET. The scheme is not compared, because a proxy may have ended TLS.</summary>
    public static bool IsOwn(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        var at = origin.IndexOf(SchemeEnd, StringComparison.Ordinal);
        return at > 0 && string.Equals(origin[(at + SchemeEnd.Length)..], request.Host.ToString(), StringComparison.OrdinalIgnoreCase);
    }
}
