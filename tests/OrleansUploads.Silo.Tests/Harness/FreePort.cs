using System.Net;
using System.Net.Sockets;

namespace OrleansUploads.Silo.Tests.Harness;

/// <summary>Unused ports of the loopback address.</summary>
internal static class FreePort
{
    /// <summary>Returns the given number of different ports.</summary>
    public static int[] Take(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        try
        {
            listeners.ForEach(listener => listener.Start());
            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            listeners.ForEach(listener => listener.Dispose());
        }
    }
}
