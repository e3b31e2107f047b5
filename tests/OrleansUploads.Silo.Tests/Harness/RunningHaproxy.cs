using OrleansUploads.Gateway.Hosting;
using OrleansUploads.Silo.Tests.Copies;

namespace OrleansUploads.Silo.Tests.Harness;

/// <summary>HAProxy in front of silos: Debian's program with the configuration that docs/cluster.md makes.</summary>
internal sealed class RunningHaproxy : IAsyncDisposable
{
    private const string Program = "/usr/sbin/haproxy";

    private readonly CapturedProcess _process;

    private RunningHaproxy(Uri address, string configuration)
    {
        Address = address;
        _process = CapturedProcess.Start(Program, ["-db", "-f", configuration], []);
    }

    public Uri Address { get; }

    /// <summary>What it has logged.</summary>
    public string Log => _process.ToString();

    /// <summary>Starts it when all silos are ready, and waits until it answers. Skips the test if it is not installed.</summary>
    /// <param name="folder">Gets the configuration.</param>
    /// <param name="silos">Get the requests.</param>
    public static async Task<RunningHaproxy> StartAsync(string folder, IReadOnlyList<RunningSilo> silos)
    {
        Assert.SkipUnless(File.Exists(Program), $"{Program} is not installed.");
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        foreach (var silo in silos)
        {
            await Eventually.BecomesTrueAsync(() => IsReadyAsync(silo.Address), $"{silo.Address} is ready");
        }

        var address = $"127.0.0.1:{FreePort.Take(1)[0]}";
        Directory.CreateDirectory(Path.Combine(folder, "cluster"));
        var commands = Handbook.CommandsBehind("Put a load balancer in front.").Split("haproxy -D")[0]
            .Replace("127.0.0.1:9500", address, StringComparison.Ordinal)
            .Replace("127.0.0.1:940$N", "$(echo $SILOS | cut -d ' ' -f $N)", StringComparison.Ordinal);
        await using (var shell = CapturedProcess.Start(
            "bash",
            ["-ec", $"cd {Repository.Root}\n{commands}"],
            [new("HOME", folder), new("SILOS", string.Join(' ', silos.Select(static silo => silo.Address.Authority)))]))
        {
            Assert.True(await shell.WaitForExitAsync(TimeSpan.FromSeconds(60)) == 0, shell.ToString());
        }

        var haproxy = new RunningHaproxy(new Uri($"http://{address}"), Path.Combine(folder, "cluster", "haproxy.cfg"));
        await Eventually.BecomesTrueAsync(
            () =>
            {
                Assert.False(haproxy._process.HasExited, $"HAProxy exited. {haproxy._process}");
                return IsReadyAsync(haproxy.Address);
            },
            "HAProxy answers");
        return haproxy;

        async Task<bool> IsReadyAsync(Uri server)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(server, GatewayEndpoints.HealthPath));
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.KillAsync();
        await _process.DisposeAsync();
    }
}
