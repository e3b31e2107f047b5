using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OrleansUploads.Core.Service;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Hosting;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Gateway.Settings;

namespace OrleansUploads.Testing;

/// <summary>A server for S3 and Glacier's vault API in this process, for tests of programs that use one of them. It listens on a free port of
/// the loopback address, and keeps its data in a temporary folder that it deletes at the end.</summary>
/// <remarks>It is the server that the package OrleansUploads.AspNetCore embeds, with the same rules, and not a model of it. All members may
/// be called concurrently, except <see cref="KillAsync"/>, <see cref="RestartAsync"/> and <see cref="DisposeAsync"/>. A server that was killed
/// answers nothing and cannot be asked, until it is restarted.</remarks>
public sealed class UploadsServer : IAsyncDisposable
{
    private readonly string _folder;
    private readonly ServiceOptions _options;
    private readonly KeyPair _key;
    private readonly TestTime _time = new();
    private readonly LostAnswers _lost = new();
    private MortalJournal? _journal;
    private WebApplication? _app;
    private bool _disposed;

    private UploadsServer(string folder, ServiceOptions options)
    {
        (_folder, _options) = (folder, options);
        _key = KeyPair.Create(KeyPair.DefaultAccount, _time.GetUtcNow());
        KeyFile.InFolder(folder).Change(_ => [_key]);
    }

    /// <summary>The address, such as <c>http://127.0.0.1:40001/</c>. Clients of S3 use it with path-style addressing. It stays the same over
    /// <see cref="RestartAsync"/>.</summary>
    public Uri Endpoint { get; private set; } = null!;

    /// <summary>The access key of the server, which may do everything.</summary>
    public string AccessKeyId => _key.AccessKeyId;

    /// <summary>The secret of <see cref="AccessKeyId"/>.</summary>
    public string SecretAccessKey => _key.SecretAccessKey;

    /// <summary>The time of day at the server. <see cref="AdvanceAsync"/> sets it forward.</summary>
    public DateTimeOffset Now => _time.GetUtcNow();

    private TestAccount Uploads => new(Engine.Host, Engine.Paths.KeyLister);

    private EmbeddedEngine Engine
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return (_app ?? throw new InvalidOperationException(
                $"The server was killed. Call {nameof(RestartAsync)} first.")).Services.GetRequiredService<EmbeddedEngine>();
        }
    }

    /// <summary>Starts a server.</summary>
    /// <param name="options">The options of the engine and of the gateway; null for the defaults.</param>
    /// <param name="cancellationToken">Gives up starting it.</param>
    public static async Task<UploadsServer> StartAsync(ServiceOptions? options = null, CancellationToken cancellationToken = default)
    {
        var server = new UploadsServer(Directory.CreateTempSubdirectory("orleans-uploads-").FullName, options ?? new ServiceOptions());
        try
        {
            await server.ListenAsync(port: 0, cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
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

    /// <summary>Ends the server as a kill of its process does: cuts all connections, and decides nothing more. What was answered is kept.
    /// Clients cannot connect until <see cref="RestartAsync"/>. A server that was killed stays so.</summary>
    public async Task KillAsync()
    {
        if (_app is { } app)
        {
            _app = null;
            _journal?.End();
            await app.StopAsync(new CancellationToken(canceled: true));
            await app.DisposeAsync();
        }
    }

    /// <summary>Kills the server, unless it was killed already, and starts it again with the same data, address and key.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        await KillAsync();
        await ListenAsync(Endpoint.Port, cancellationToken);
    }

    /// <summary>Sets the clock forward, as if the server had been running all the time, and does what has become due: stale uploads expire,
    /// jobs end, and bytes that belong to no upload are deleted. Clients keep their clocks. Amazon's SDKs correct theirs when a request is
    /// refused because of its time; others must sign with <see cref="Now"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="by"/> is negative.</exception>
    public async Task AdvanceAsync(TimeSpan by, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        var before = Now;
        _time.Advance(by);

        // Without this the added time would be one in which the server was not running, and nothing ages then.
        await Engine.Host.AskAsync(ServiceState.Entity, new RecordBeat(before, Now), cancellationToken);
        await Engine.ServiceClock.BeatAsync(Engine.Host, cancellationToken);
        await Engine.Wakes.RunAsync(cancellationToken);
        await Engine.Collector.CollectAsync(_options.Engine.Maintenance.AttemptGrace, cancellationToken);
    }

    /// <summary>Lists the uploads that were neither completed nor aborted, in all buckets and vaults. A program that leaves one behind leaks
    /// storage.</summary>
    public Task<IReadOnlyList<LeftUpload>> ListOpenUploadsAsync(CancellationToken cancellationToken = default) =>
        Uploads.ListOpenAsync(cancellationToken);

    /// <summary>Stops the server and deletes its data.</summary>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        if (_app is { } app)
        {
            _app = null;
            await app.DisposeAsync();
        }

        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private EnginePorts Mortal(EnginePorts ports) => ports with { Journal = _journal = new MortalJournal(ports.Journal) };

    private async Task ListenAsync(int port, CancellationToken cancellationToken)
    {
        _app = TestGateway.Build(port, _options.Gateway, _time, _lost, services => services.AddOrleansUploads(_folder, _options, Mortal));
        Endpoint = await TestGateway.StartAsync(_app, cancellationToken);
    }
}
