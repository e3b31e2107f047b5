namespace OrleansUploads.Silo.Tests.Faults;

/// <summary>The silos that get requests: those that say that they are ready, as a load balancer decides it.</summary>
internal sealed class Rotation : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FastInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReadyPatience = TimeSpan.FromSeconds(180);

    private readonly bool[] _isReady;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _checking;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };

    public Rotation(IEnumerable<Uri> silos)
    {
        Silos = [.. silos];
        _isReady = [.. Silos.Select(static _ => true)];
        _checking = Task.WhenAll(Enumerable.Range(0, Silos.Count).Select(CheckAsync));
    }

    public IReadOnlyList<Uri> Silos { get; }

    /// <summary>The silos in the order in which a request tries them, while they refuse its connection: the ready ones first.</summary>
    public IReadOnlyList<int> Order()
    {
        var silos = Enumerable.Range(0, Silos.Count).ToArray();
        Random.Shared.Shuffle(silos);
        return [.. silos.OrderBy(number => !Volatile.Read(ref _isReady[number]))];
    }

    /// <summary>Waits until some silos say that they are ready, or all of them.</summary>
    public Task AwaitReadyAsync(params IReadOnlyList<int> silos) => AwaitAsync(silos, isReady: true, "the silos are ready", ReadyPatience);

    /// <summary>Waits until no silo is ready.</summary>
    public Task AwaitUnreadyAsync(TimeSpan patience) => AwaitAsync([], isReady: false, "no silo is ready", patience);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _checking;
        _stopping.Dispose();
        _http.Dispose();
    }

    private Task AwaitAsync(IReadOnlyList<int> silos, bool isReady, string what, TimeSpan patience) => Eventually.BecomesTrueAsync(
        async () => (await Task.WhenAll(Silos.Where((_, number) => silos.Count == 0 || silos.Contains(number)).Select(IsReadyAsync)))
            .All(ready => ready == isReady),
        what,
        patience);

    /// <summary>Two checks in a row must fail before a silo gets no more requests.</summary>
    private async Task CheckAsync(int number)
    {
        for (var failures = 0; !_stopping.IsCancellationRequested;)
        {
            failures = await IsReadyAsync(Silos[number]) ? 0 : failures + 1;
            Volatile.Write(ref _isReady[number], failures < 2);
            await Task.Delay(failures == 1 ? FastInterval : Interval, _stopping.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> IsReadyAsync(Uri silo)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri(silo, "/healthz"), _stopping.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception failed) when (failed is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }
}
