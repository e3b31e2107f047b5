using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Cluster.Tls;
using OrleansUploads.Core.Accounts;

namespace OrleansUploads.Cluster.Tests.Tls;

/// <summary>Silos with TLS on sockets of the loopback address, and their clients.</summary>
internal sealed class TlsBench : IAsyncDisposable
{
    public const string ClusterId = "tls-tests";
    public const string OwnAccount = "111122223333";

    private readonly TemporaryFolder _folder = new();
    private readonly DurableWorld _world = new();
    private readonly List<IHost> _hosts = [];
    private readonly List<IHost> _clients = [];

    public TestAuthority Authority { get; } = new("Authority");

    public TestAuthority Foreign { get; } = new("Foreign");

    public RecordedLog Log { get; } = new(LogLevel.Information);

    public TlsFiles SiloFiles => FilesOf("silo");

    public List<int> SiloPorts { get; } = [];

    public List<int> ClientPorts { get; } = [];

    public ClusterCertificates Certificates(int silo) => _hosts[silo].Services.GetRequiredService<ClusterCertificates>();

    public IEntityHost Through(int silo) => _hosts[silo].Services.GetRequiredService<IEntityHost>();

    public static async Task<TlsBench> StartAsync(int silos = 1)
    {
        var bench = new TlsBench();
        bench.Authority.IssueSilo().WriteTo(Path.GetDirectoryName(bench.SiloFiles.Certificate)!, bench.Authority.Root);
        for (var i = 0; i < silos; i++)
        {
            await bench.StartSiloAsync();
        }

        await bench.Through(0).AskWithRetriesAsync(Some.Account.Entity, new CreateVault(Some.Vault));

        return bench;
    }

    /// <summary>The files of a process, in a folder of its own.</summary>
    public TlsFiles FilesOf(string name) => new(
        _folder.File(Path.Combine(name, "cert.pem")), _folder.File(Path.Combine(name, "key.pem")), _folder.File(Path.Combine(name, "authority.pem")));

    /// <summary>Connects a client of the cluster that has a certificate.</summary>
    public Task<IGrainFactory> ConnectAsync(IssuedCertificate certificate, X509Certificate2? authority = null)
    {
        var files = certificate.WriteTo(_folder.File($"client-{_clients.Count}"), authority ?? Authority.Root);
        return ConnectAsync(client => client.UseClusterTls(files));
    }

    /// <summary>Connects a client of the cluster.</summary>
    /// <exception cref="Exception">The client could not connect to any silo.</exception>
    public async Task<IGrainFactory> ConnectAsync(Action<IClientBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleansClient(client =>
        {
            client.UseLocalhostClustering([.. ClientPorts], ClusterId, ClusterId);
            client.Configure<Orleans.Configuration.ClientMessagingOptions>(messaging => messaging.ResponseTimeout = TimeSpan.FromSeconds(10));
            client.UseConnectionRetryFilter(static (_, _) => Task.FromResult(false));
            configure(client);
        });
        var host = builder.Build();
        _clients.Add(host);
        await host.StartAsync(Cancellation);
        return host.Services.GetRequiredService<IGrainFactory>();
    }

    /// <summary>An upload to a vault, as an ingestion node makes it.</summary>
    public static IUploadGrain NewUpload(IGrainFactory grains) => grains.GetGrain<IUploadGrain>(UploadKey.New());

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _clients.Concat(_hosts))
        {
            await host.StopAsync();
            host.Dispose();
        }

        Authority.Dispose();
        Foreign.Dispose();
        _folder.Dispose();
    }

    public async Task StartSiloAsync()
    {
        var ports = FreePort.Take(2);
        SiloPorts.Add(ports[0]);
        ClientPorts.Add(ports[1]);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddProvider(Log);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(ports[0], ports[1], new IPEndPoint(IPAddress.Loopback, SiloPorts[0]), ClusterId, ClusterId);

            // A machine that is busy may write slowly. That is not what fails here.
            silo.AddOrleansUploads(new EntityClusterOptions { WakeInterval = ClusterBench.Fast.WakeInterval });
            silo.Services.AddKeyedSingleton(ClusterNames.GrainStorage, _world.Storage);
            silo.Services.AddSingleton<IReminderTable>(_world.Reminders);
            silo.Services.AddSingleton(_world.Parts);
            silo.Services.Configure<ReminderOptions>(reminders => reminders.MinimumReminderPeriod = ClusterBench.Fast.WakeInterval);
            silo.UseClusterTls(SiloFiles);
        });
        var host = builder.Build();
        _hosts.Add(host);
        await host.StartAsync(Cancellation);
    }
}

/// <summary>Two silos for all tests of a class. The tests must not disturb them.</summary>
public sealed class SharedTlsBench : IAsyncLifetime
{
    internal TlsBench Bench { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Bench = await TlsBench.StartAsync(silos: 2);

    public ValueTask DisposeAsync() => Bench.DisposeAsync();
}
