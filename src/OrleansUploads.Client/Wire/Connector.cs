using System.Net;
using System.Net.Sockets;

namespace OrleansUploads.Client.Wire;

/// <summary>Opens the connections of a client. If an address of a name does not answer soon, the next one is tried at the same time.</summary>
/// <remarks>.NET tries the next address only when the one before it has failed. Where packets of IPv6 get lost, that takes longer than a
/// connection may take, so the IPv4 address of the same name would never be tried.</remarks>
internal static class Connector
{
    private static readonly TimeSpan NextAddressAfter = TimeSpan.FromMilliseconds(250);

    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken).ConfigureAwait(false);
        var socket = await ConnectAsync(Alternate(addresses), context.DnsEndPoint.Port, cancellationToken).ConfigureAwait(false);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Connects to the first address that answers.</summary>
    /// <param name="addresses">The addresses in the order in which they are tried; at least one.</param>
    /// <param name="port">The port.</param>
    /// <param name="cancellationToken">Stops connecting.</param>
    /// <exception cref="SocketException">No address can be connected to. The failure is the first one's.</exception>
    public static async Task<Socket> ConnectAsync(IReadOnlyList<IPAddress> addresses, int port, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new List<Task<Socket>>();
        Task<Socket>? failed = null;
        try
        {
            for (var next = 0; next < addresses.Count || running.Count > 0;)
            {
                if (next < addresses.Count)
                {
                    running.Add(ConnectAsync(addresses[next++], port, stop.Token));
                }

                var pause = Task.Delay(next < addresses.Count ? NextAddressAfter : Timeout.InfiniteTimeSpan, stop.Token);
                if (await Task.WhenAny([.. running, pause]).ConfigureAwait(false) is Task<Socket> ended)
                {
                    running.Remove(ended);
                    if (ended.IsCompletedSuccessfully)
                    {
                        return await ended.ConfigureAwait(false);
                    }

                    // Only the first failure is told. Reading the others keeps them from being reported as unobserved.
                    _ = ended.Exception;
                    failed ??= ended;
                }

                cancellationToken.ThrowIfCancellationRequested();
            }

            return await (failed ?? throw new SocketException((int)SocketError.HostNotFound)).ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            foreach (var left in running)
            {
                _ = left.ContinueWith(
                    static ended => (ended.Exception is null && !ended.IsCanceled ? ended.Result : null)?.Dispose(), TaskScheduler.Default);
            }
        }
    }

    private static async Task<Socket> ConnectAsync(IPAddress address, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, port), cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Puts an address of the other family second, because a network that has lost one family loses all of its addresses.</summary>
    private static IPAddress[] Alternate(IPAddress[] addresses)
    {
        var other = Array.FindIndex(addresses, address => address.AddressFamily != addresses[0].AddressFamily);
        return other < 0 ? addresses : [addresses[0], addresses[other], .. addresses[1..other], .. addresses[(other + 1)..]];
    }
}
