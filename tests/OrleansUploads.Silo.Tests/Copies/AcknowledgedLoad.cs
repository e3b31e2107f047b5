using System.Collections.Concurrent;
using System.Text;
using OrleansUploads.Client;
using OrleansUploads.Signing;

namespace OrleansUploads.Silo.Tests.Copies;

/// <summary>Clients that store archives and objects through silos, and remember what was acknowledged.</summary>
internal sealed class AcknowledgedLoad : IAsyncDisposable
{
    private const string Vault = "photos";
    private const string Region = "us-east-1";

    /// <summary>The number of clients that read what was acknowledged.</summary>
    private const int Readers = 4;

    /// <summary>The time from one request of a client to its next. In the minutes of a drill, that is enough to read everything back.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(600);

    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<string, int> _archives = new();
    private readonly ConcurrentDictionary<string, int> _objects = new();
    private readonly List<Task> _clients = [];
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(60) };
    private int _seed;

    /// <summary>The number of archives and objects that were acknowledged so far.</summary>
    public int Count => _archives.Count + _objects.Count;

    /// <summary>Starts two clients at each server. None of them repeats a request, so each failed request fails the test.</summary>
    public static async Task<AcknowledgedLoad> StartAsync(params Uri[] servers)
    {
        var load = new AcknowledgedLoad();
        await load.Connect(servers[0]).CreateVaultAsync(Vault);
        await load.AskAsync(servers[0], HttpMethod.Put, $"/{Vault}", []);
        foreach (var server in servers)
        {
            load._clients.Add(Task.Run(() => load.StoreArchivesAsync(server)));
            load._clients.Add(Task.Run(() => load.StoreObjectsAsync(server)));
        }

        return load;
    }

    /// <summary>Waits until more has been acknowledged.</summary>
    public Task AwaitMoreAsync(int more)
    {
        var enough = Count + more;
        return Eventually.BecomesTrueAsync(
            async () =>
            {
                if (_clients.Find(static client => client.IsFaulted) is { } failed)
                {
                    await failed;
                }

                return Count >= enough;
            },
            $"{more} more are acknowledged",
            TimeSpan.FromSeconds(120));
    }

    /// <summary>Ends the clients. Throws if a request has failed.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_clients);
        _clients.Clear();
    }

    /// <summary>What has been acknowledged by now.</summary>
    public AcknowledgedLoad Snapshot()
    {
        var snapshot = new AcknowledgedLoad();
        foreach (var (archive, seed) in _archives)
        {
            snapshot._archives[archive] = seed;
        }

        foreach (var (name, seed) in _objects)
        {
            snapshot._objects[name] = seed;
        }

        return snapshot;
    }

    /// <summary>Reads everything that was acknowledged through one server.</summary>
    public async Task RequireAllAsync(Uri server)
    {
        var client = Connect(server);
        var readers = new ParallelOptions { MaxDegreeOfParallelism = Readers };
        await Parallel.ForEachAsync(_objects, readers, async (stored, _) =>
            Assert.Equal(Content(stored.Value), await AskAsync(server, HttpMethod.Get, stored.Key, body: null)));
        await Parallel.ForEachAsync(_archives, readers, async (stored, _) =>
            Assert.Equal(Content(stored.Value), await client.RetrieveAsync(Vault, stored.Key)));
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_clients).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
        _http.Dispose();
    }

    private static byte[] Content(int seed) => Archives.Bytes(40_000 + (seed % 7), seed);

    private async Task StoreArchivesAsync(Uri server)
    {
        var client = Connect(server);
        using var pace = new PeriodicTimer(Pace);
        while (await pace.WaitForNextTickAsync() && !_stopping.IsCancellationRequested)
        {
            var seed = Interlocked.Increment(ref _seed);
            var receipt = await client.UploadInPartsAsync(Vault, Content(seed));
            _archives[receipt.ArchiveId] = seed;
        }
    }

    private async Task StoreObjectsAsync(Uri server)
    {
        using var pace = new PeriodicTimer(Pace);
        while (await pace.WaitForNextTickAsync() && !_stopping.IsCancellationRequested)
        {
            var seed = Interlocked.Increment(ref _seed);
            var name = string.Create(CultureInfo.InvariantCulture, $"/{Vault}/{seed % 50}/{seed}");
            await AskAsync(server, HttpMethod.Put, name, Content(seed));
            _objects[name] = seed;
        }
    }

    /// <summary>Creates a client that repeats nothing.</summary>
    private GlacierClient Connect(Uri server) => new(_http, new GlacierClientOptions
    {
        Endpoint = server,
        Region = Region,
        AccessKeyId = CommandLine.AccessKeyId,
        SecretAccessKey = CommandLine.SecretAccessKey,
        Retry = RetryPolicy.None,
    });

    /// <summary>Sends a request of S3, which must succeed.</summary>
    private async Task<byte[]> AskAsync(Uri server, HttpMethod method, string target, byte[]? body)
    {
        using var content = body is null ? null : new ByteArrayContent(body);
        using var request = new SignedRequests(
            server, new RequestSigner(SigningRules.S3, Region, CommandLine.AccessKeyId, CommandLine.SecretAccessKey))
            .Create(method, target, PayloadModes.NotSigned, content);
        using var answer = await _http.SendAsync(request);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{method} {target} answered {answer.StatusCode}: {Encoding.UTF8.GetString(bytes)}");
        return bytes;
    }
}
