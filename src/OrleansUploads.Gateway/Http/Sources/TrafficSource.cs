using System.Net;

namespace OrleansUploads.Gateway.Http.Sources;

/// <summary>The unit by which work is counted and limited: an account once a signature has been verified, and before that a
/// network address.</summary>
internal readonly record struct TrafficSource
{
    private const int NetworkBytesOfIPv6 = 8;

    private TrafficSource(AccountId? account, IPAddress? address)
    {
        Account = account;
        Address = address;
    }

    /// <summary>The account; null before a signature has been verified.</summary>
    public AccountId? Account { get; }

    /// <summary>The address, or null for an account, and for a transport without addresses.</summary>
    public IPAddress? Address { get; }

    /// <summary>The source of an account's work.</summary>
    public static TrafficSource Of(AccountId account) => new(account, null);

    /// <summary>The source of the work from a network address. A /64 network of IPv6 counts as one address, because one machine
    /// usually has all of it.</summary>
    public static TrafficSource Of(IPAddress? address) => new(null, NetworkOf(address));

    private static IPAddress? NetworkOf(IPAddress? address)
    {
        if (address is null || address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork)
        {
            return address;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(NetworkBytesOfIPv6).Clear();
        return new IPAddress(bytes);
    }
}
