namespace OrleansUploads.Silo.Tests.Faults;

/// <summary>The silos that get requests: those that say that they are ready, as a load balancer decides it.</summary>
internal sealed class Rotation : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FastInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Uri[] _silos;
    private readonly bool[] _isReady;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _checking;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };

    public Rotation(IEnumerable<RunningSilo> silos)
    {
        _silos = [.. silos.Select(static silo => silo.Address)];
        _isReady = [.. _silos.Select(static _ => true)];
        _checking = Task.WhenAll(Enumerable.Range(0, _silos.Length).Select(CheckAsync));
    }

    /// <summary>Chooses a silo.</summary>
    public int Next(Random random)
    {
        var ready = Enumerable.Range(0, _silos.Length).Where(number => Volatile.Read(ref _isReady[number])).ToList();
        return ready.Count > 0 ? ready[random.Next(ready.Count)] : random.Next(_silos.Length);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _checking;
        _stopping.Dispose();
        _http.Dispose();
    }

    /// <summary>Two checks in a row must fail before a silo gets no more requests.</summary>
    private async Task CheckAsync(int number)
    {
        for (var failures = 0; !_stopping.IsCancellationRequested;)
        {
            failures = await IsReadyAsync(_silos[number]) ? 0 : failures + 1;
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
