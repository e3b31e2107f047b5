using System.Net;

namespace OrleansUploads.Client.Wire;

/// <summary>The proxies of the system, but none for the servers that <c>NO_PROXY</c> names as other programs read it: a domain stands for the
/// names below it, too, <c>*</c> for all servers, and a network such as <c>10.0.0.0/8</c> for its addresses.</summary>
/// <remarks>.NET compares whole names, except after a leading dot.</remarks>
internal sealed class DirectServers(IWebProxy proxy, string names) : IWebProxy
{
    private static readonly char[] Separators = [',', ' ', ';'];

    private readonly string[] _names = names.Split(Separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public ICredentials? Credentials
    {
        get => proxy.Credentials;
        set => proxy.Credentials = value;
    }

    /// <summary>Reads the environment. Null if it names no such servers, so the proxies of the system apply as they are.</summary>
    public static DirectServers? Find() =>
        (Environment.GetEnvironmentVariable("no_proxy") ?? Environment.GetEnvironmentVariable("NO_PROXY")) is { Length: > 0 } names
            ? new DirectServers(HttpClient.DefaultProxy, names)
            : null;

    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : proxy.GetProxy(destination);

    public bool IsBypassed(Uri host) => proxy.IsBypassed(host) || Array.Exists(_names, name => IsNamed(host, name));

    private static bool IsNamed(Uri server, string name)
    {
        if (name == "*")
        {
            return true;
        }

        var host = server.IdnHost;
        if (IPAddress.TryParse(host, out var address))
        {
            return IPNetwork.TryParse(name, out var network) ? network.Contains(address)
                : IPEndPoint.TryParse(name, out var known) && known.Address.Equals(address) && (known.Port == 0 || known.Port == server.Port);
        }

        var end = $":{server.Port}";
        var domain = (name.EndsWith(end, StringComparison.Ordinal) ? name[..^end.Length] : name).TrimStart('*').TrimStart('.');
        return domain.Length > 0
            && (host.Equals(domain, StringComparison.OrdinalIgnoreCase) || host.EndsWith($".{domain}", StringComparison.OrdinalIgnoreCase));
    }
}
