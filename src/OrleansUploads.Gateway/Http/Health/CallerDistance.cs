using System.Net;
using System.Net.Sockets;

namespace OrleansUploads.Gateway.Http.Health;

/// <summary>How near a caller is.</summary>
/// <param name="IsOnMachine">Whether it is a process on this machine, or in the same container.</param>
/// <param name="IsInPrivateNetwork">Whether it is on this machine or has an address that is not routed through the internet.</param>
internal readonly record struct CallerDistance(bool IsOnMachine, bool IsInPrivateNetwork)
{
    private static readonly string[] ProxyHeaders = ["Forwarded", "X-Forwarded-For", "Via"];

    private static readonly IPNetwork[] PrivateNetworks =
    [
        IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("fc00::/7"), IPNetwork.Parse("fe80::/10"),
    ];

    /// <summary>The distance of a request's caller. Behind a proxy, which may pass on requests from anywhere, nothing is near.</summary>
    public static CallerDistance Of(HttpContext context) =>
        context.Connection.RemoteIpAddress is not { } address || ProxyHeaders.Any(context.Request.Headers.ContainsKey)
            ? default
            : Of(address);

    /// <summary>The distance of an address.</summary>
    public static CallerDistance Of(IPAddress address)
    {
        var plain = address is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
        return IPAddress.IsLoopback(plain)
            ? new CallerDistance(IsOnMachine: true, IsInPrivateNetwork: true)
            : new CallerDistance(IsOnMachine: false, PrivateNetworks.Any(network => network.Contains(plain)));
    }
}
