using System.Net;
using System.Net.Sockets;

namespace OrleansUploads.TestKit;

/// <summary>Unused ports of the loopback address. They belong to this process until it ends, and are returned once.</summary>
/// <remarks>The system chooses ports from 32768 on for connections and for servers that leave the choice to it, and would give a port
/// from there to another process before a silo listens on it. On Linux, names of sockets keep the processes of these tests apart.</remarks>
public static class FreePort
{
    public const int First = 20000;

    public const int End = 32768;

    private static readonly List<Socket> Claims = [];
    private static readonly Lock Gate = new();

    private static int _next = Random.Shared.Next(First, End);

    public static int[] Take(int count)
    {
        lock (Gate)
        {
            return [.. Enumerable.Range(0, count).Select(static _ => TakeOne())];
        }
    }

    private static int TakeOne()
    {
        for (var tried = First; tried < End; tried++)
        {
            var port = _next;
            _next = port + 1 < End ? port + 1 : First;
            if (TryClaim(port))
            {
                return port;
            }
        }

        throw new InvalidOperationException($"No port from {First} to {End - 1} is free.");
    }

    private static bool TryClaim(int port)
    {
        var claim = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (OperatingSystem.IsLinux())
            {
                claim.Bind(new UnixDomainSocketEndPoint($"\0orleans-uploads-tests:{port}"));
            }

            using var test = new TcpListener(IPAddress.Loopback, port);
            test.Start();
        }
        catch (SocketException)
        {
            claim.Dispose();
            return false;
        }

        Claims.Add(claim);
        return true;
    }
}
