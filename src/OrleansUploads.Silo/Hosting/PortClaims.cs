using System.Net;
using System.Net.Sockets;
using OrleansUploads.Serving;

namespace OrleansUploads.Silo.Hosting;

/// <summary>The exclusive claim of this process to its ports, until the process ends.</summary>
/// <remarks>
/// A process must hold all its ports before it joins the cluster, because joining declares the previous silo at the same address
/// dead. Binding is not enough: Orleans lets several processes listen on the same port. So each port is claimed by a Unix socket
/// with an abstract name: it is exclusive in the network namespace and disappears with the process. The port itself is tested once, for
/// a listener without such a claim. Systems other than Linux have only the test.
/// </remarks>
internal sealed class PortClaims : IDisposable
{
    private readonly List<Socket> _claims = [];
    private readonly List<(string Setting, IPEndPoint Address)> _taken = [];

    private PortClaims()
    {
    }

    /// <summary>Claims the ports that the role of the process needs.</summary>
    /// <exception cref="SettingException">Another process uses one of them, two settings exclude each other, or the address does not belong to
    /// this host.</exception>
    public static PortClaims Take(SiloSettings settings)
    {
        var claims = new PortClaims();
        try
        {
            claims.Take(nameof(SiloSettings.Listen), settings.Listen);
            if (settings.DashboardAddress is { } dashboard)
            {
                claims.Take(nameof(SiloSettings.DashboardListen), dashboard);
            }

            if (settings.MetricsListen is { } metrics)
            {
                claims.Take(nameof(SiloSettings.MetricsListen), metrics);
            }

            if (settings.Role == ProcessRole.Silo)
            {
                claims.Take(nameof(SiloSettings.SiloPort), new IPEndPoint(settings.Address, settings.SiloPort));
                claims.Take(nameof(SiloSettings.ClientPort), new IPEndPoint(settings.Address, settings.ClientPort));
            }

            return claims;
        }
        catch
        {
            claims.Dispose();
            throw;
        }
    }

    public void Dispose() => _claims.ForEach(static claim => claim.Dispose());

    private void Take(string setting, IPEndPoint endpoint)
    {
        if (endpoint.Port == 0)
        {
            return;
        }

        if (_taken.Find(taken => taken.Address.Excludes(endpoint)) is (var other, { } address))
        {
            throw new SettingException(
                $"{VariableOf(setting)} and {VariableOf(other)} "
                + (address.Equals(endpoint) ? $"are both {endpoint}" : $"exclude each other: one of {endpoint} and {address} includes the other")
                + ". Choose another address or port for one of them.");
        }

        _taken.Add((setting, endpoint));

        try
        {
            if (OperatingSystem.IsLinux())
            {
                var claim = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                _claims.Add(claim);
                claim.Bind(new UnixDomainSocketEndPoint($"\0orleans-uploads-silo:{endpoint}"));
            }

            using var test = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            test.Bind(endpoint);
            test.Listen(1);
        }
        catch (SocketException fault) when (fault.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new SettingException(
                $"{VariableOf(setting)}: another process uses {endpoint}. Perhaps this silo is already running. Stop that process, or "
                + "choose another address or port.",
                fault);
        }
        catch (SocketException fault)
        {
            throw new SettingException($"{VariableOf(setting)}: cannot listen on {endpoint}: {fault.Message}", fault);
        }
    }
}
