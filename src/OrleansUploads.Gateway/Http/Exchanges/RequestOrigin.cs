using System.Net;

namespace OrleansUploads.Gateway.Http.Exchanges;

/// <summary>Where a request comes from, as the browser states it. Scripts cannot change these headers.</summary>
internal static class RequestOrigin
{
    private const string SchemeEnd = "://";
    private const string SiteHeader = "Sec-Fetch-Site";
    private const string SecureScheme = "https" + SchemeEnd;

    /// <summary>Whether the browser speaks TLS, with this server or with a proxy in front of it.</summary>
    public static bool IsSecure(HttpRequest request) =>
        request.IsHttps || request.Headers.Origin.ToString().StartsWith(SecureScheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the page that sent a request is this server's own. Browsers state the origin of every request that is not a
    /// GET. The scheme is not compared, because a proxy may have ended TLS.</summary>
    public static bool IsOwn(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        var at = origin.IndexOf(SchemeEnd, StringComparison.Ordinal);
        return at > 0 && string.Equals(origin[(at + SchemeEnd.Length)..], request.Host.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Finds out whether a page of another origin, or one in a sandbox, sent a request.</summary>
    /// <returns>What the browser says about the page, or null if the request is not from such a page. A program says
    /// nothing, and neither does a user who enters the address.</returns>
    public static string? FindForeign(HttpRequest request)
    {
        var site = request.Headers[SiteHeader].ToString();
        return request.Headers.Origin.Count > 0 && !IsOwn(request) ? request.Headers.Origin.ToString()
            : site is "" or "same-origin" or "none" ? null
            : site;
    }
}

/// <summary>Checks whether a request was addressed to a loopback address, by its <c>Host</c> header.</summary>
/// <remarks>A malicious web page can make its own host name resolve to 127.0.0.1 and send requests to a local server. Those requests
/// carry the page's host name.</remarks>
internal static class LoopbackHost
{
    private const string Localhost = "localhost";

    /// <summary>Whether the host is <c>localhost</c> or a loopback address, with any port.</summary>
    public static bool Matches(HostString host)
    {
        if (!host.HasValue)
        {
            return false;
        }

        var name = host.Host.AsSpan();
        return name.Equals(Localhost, StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address));
    }
}
