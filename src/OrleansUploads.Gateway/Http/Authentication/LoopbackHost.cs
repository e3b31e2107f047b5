using System.Net;

namespace OrleansUploads.Gateway.Http.Authentication;

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
