using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Engine.Collecting;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Memory;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Hosting;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Gateway.Settings;

namespace OrleansUploads.Testing.Cluster;

/// <summary>A cluster of silos in this process, behind one endpoint for S3 and Glacier's vault API on a free port of the loopback address. What
/// the silos decide, and the bytes, are in memory that they share, and outlive each of them.</summary>
/// <remarks>All members may be called concurrently, except <see cref="KillSiloAsync"/>, <see cref="StartSiloAsync"/> and
/// <see cref="DisposeAsync"/>.</remarks>
public sealed class UploadsCluster : IAsyncDisposable
{
    private readonly ServiceOptions _options;
    private readonly TestTime _time = new();
    private readonly LostAnswers _lost = new();
    private readonly MemoryJournal _journal = new();
    private readonly MemoryPartStore _parts = new();
    private readonly KeyPair _key;
    private readonly InProcessTestCluster _cluster;
    private WebApplication? _gateway;
    private bool _disposed;

    private UploadsCluster(int silos, ServiceOptions options)
    {
        _options = options;
        _key = KeyPair.Create(KeyPair.DefaultAccount, _time.GetUtcNow());
        var store = new SharedStore(_journal, _journal, new MemoryRows());
        var builder = new InProcessTestClusterBuilder((short)silos);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddHttpNotices(options);
            silo.Services.AddSingleton<IPartStore>(_parts);
            silo.AddOrleansUploads(
                new EntityClusterOptions { Engine = options.Engine, Time = _time, Clock = new ContinuousClock(_time) }, store);
        });
        _cluster = builder.Build();
    }

    /// <summary>The address, such as <c>http://127.0.0.1:40001/</c>. Clients of S3 use it with path-style addressing. It answers for all silos,
    /// and holds requests while a silo is replaced.</summary>
    public Uri Endpoint { get; private set; } = null!;

    /// <summary>The access key of the cluster, which may do everything.</summary>
    public string AccessKeyId => _key.AccessKeyId;

    /// <summary>The secret of <see cref="AccessKeyId"/>.</summary>
    public string SecretAccessKey => _key.SecretAccessKey;

    /// <summary>The time of day in the cluster. <see cref="AdvanceAsync"/> sets it forward.</summary>
    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>How many silos are running.</summary>
    public int SiloCount => _cluster.Silos.Count;

    /// <summary>The grains, as a client of the cluster calls them.</summary>
    /// <exception cref="ObjectDisposedException">The cluster was disposed of.</exception>
    public IGrainFactory Grains => Running.Client;

    private InProcessTestCluster Running
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _cluster;
        }
    }

    private TestAccount Uploads => new(
        _gateway!.Services.GetRequiredService<IEntityHost>(), _gateway.Services.GetRequiredService<BytePaths>().KeyLister);

    /// <summary>Starts a cluster.</summary>
    /// <param name="silos">The number of silos, from 1 to 16.</param>
    /// <param name="options">The options of the engine and of the gateway; null for the defaults.</param>
    /// <param name="cancellationToken">Gives up starting it.</param>
    public static async Task<UploadsCluster> StartAsync(
        int silos = 2, ServiceOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(silos, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(silos, 16);
        var cluster = new UploadsCluster(silos, options ?? new ServiceOptions());
        try
        {
            await cluster._cluster.DeployAsync(cancellationToken);
            cluster._gateway = TestGateway.Build(port: 0, cluster._options.Gateway, cluster._time, cluster._lost, cluster.AddGateway);
            cluster.Endpoint = await TestGateway.StartAsync(cluster._gateway, cancellationToken);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Creates a bucket. If it exists, it is left unchanged.</summary>
    /// <exception cref="ArgumentException">S3 does not permit the name.</exception>
    public Task CreateBucketAsync(string name, CancellationToken cancellationToken = default) =>
        Uploads.CreateBucketAsync(name, cancellationToken);

    /// <summary>Creates a vault. If it exists, it is left unchanged.</summary>
    /// <exception cref="ArgumentException">Glacier does not permit the name.</exception>
    public Task CreateVaultAsync(string name, CancellationToken cancellationToken = default) => Uploads.CreateVaultAsync(name, cancellationToken);

    /// <summary>Carries out the next request and cuts its connection instead of answering. The client cannot know whether the request took
    /// effect, and must repeat it. Each call concerns one request; several calls queue up.</summary>
    /// <param name="condition">Which request is meant, for example the next POST; null for any.</param>
    public void LoseNextAnswer(Func<HttpRequest, bool>? condition = null) => _lost.Lose(condition ?? (static _ => true));

    /// <summary>Ends a silo without a farewell. What was answered is kept, and its grains become active on the other silos.</summary>
    /// <param name="number">From 0 to <see cref="SiloCount"/>, exclusive: 0 is the one that has been running longest.</param>
    /// <exception cref="InvalidOperationException">It is the last silo. Start another one first.</exception>
    public async Task KillSiloAsync(int number = 0)
    {
        var cluster = Running;
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, SiloCount);
        if (SiloCount == 1)
        {
            throw new InvalidOperationException($"It is the last silo. Call {nameof(StartSiloAsync)} first.");
        }

        await cluster.KillSiloAsync(cluster.Silos[number]);
    }

    /// <summary>Starts another silo, which takes over some of the grains.</summary>
    public async Task StartSiloAsync() => await Running.StartAdditionalSiloAsync();

    /// <summary>Sets the clock forward, as if the cluster had been running all the time, and does what has become due: stale uploads expire,
    /// jobs end, and bytes that belong to no upload are deleted. Clients keep their clocks. Amazon's SDKs correct theirs when a request is
    /// refused because of its time; others must sign with <see cref="Now"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="by"/> is negative.</exception>
    public async Task AdvanceAsync(TimeSpan by, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        _time.Advance(by);
        var due = new WakeScan(new ContinuousClock(_time), ((IWakeIndex)_journal).ListDueAsync, new ClusterHost(Grains).WakeAsync);
        await due.RunAsync(cancellationToken);
        await _cluster.Silos[0].ServiceProvider.GetRequiredService<AttemptCollector>()
            .CollectAsync(_options.Engine.Maintenance.AttemptGrace, cancellationToken);
    }

    /// <summary>Lists the uploads that were neither completed nor aborted, in all buckets and vaults. A program that leaves one behind leaks
    /// storage.</summary>
    public Task<IReadOnlyList<LeftUpload>> ListOpenUploadsAsync(CancellationToken cancellationToken = default) =>
        Uploads.ListOpenAsync(cancellationToken);

    /// <summary>Stops the endpoint and the silos.</summary>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        if (_gateway is not null)
        {
            await _gateway.DisposeAsync();
        }

        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
    }

    /// <summary>The endpoint is a client of the cluster, as a gateway without a silo is.</summary>
    private void AddGateway(IServiceCollection services)
    {
        services.AddSingleton(Grains);
        services.AddSingleton<IPartStore>(_parts);
        services.AddSingleton(_options.Engine.Maintenance);
        services.AddSingleton<ICredentialStore>(
            new MemoryCredentialStore([new Credential(_key.AccessKeyId, _key.SecretAccessKey, KeyPair.DefaultAccountId)]));
        services.AddOrleansUploadsClient().AddOrleansUploadsFronts(_options.Gateway);
    }
}
