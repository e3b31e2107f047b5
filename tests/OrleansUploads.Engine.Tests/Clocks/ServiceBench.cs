using OrleansUploads.Engine.Clocks;
using OrleansUploads.Engine.Collecting;

namespace OrleansUploads.Engine.Tests.Clocks;

/// <summary>A server that records its service time, on a machine with manual clocks. Journal and bytes survive a restart.
/// </summary>
internal sealed class ServiceBench : EngineBench, IDisposable
{
    public ServiceBench()
    {
        Machine = new ManualHostClock(Time);
        StartClock();
    }

    public ManualHostClock Machine { get; }

    public ServiceClock Clock { get; private set; } = null!;

    /// <summary>Restarts the server from its durable state after an outage. As in production, it sends a heartbeat
    /// first.</summary>
    public async Task RestartAsync(TimeSpan stopped = default)
    {
        await Host.DisposeAsync();
        Clock.Dispose();
        Time.Advance(stopped);
        StartClock();
        await BeatAsync();
    }

    public Task BeatAsync() => Clock.BeatAsync(Host, CancellationToken.None);

    /// <summary>Runs the server for some time, with a heartbeat at each interval.</summary>
    public async Task ServeAsync(TimeSpan time)
    {
        for (var left = time; left > TimeSpan.Zero; left -= ServiceClock.BeatInterval)
        {
            Time.Advance(left < ServiceClock.BeatInterval ? left : ServiceClock.BeatInterval);
            await BeatAsync();
        }
    }

    /// <summary>Runs housekeeping: wakes due entities and collects bytes without an owner.</summary>
    public async Task<CollectionReport> RunHousekeepingAsync()
    {
        await WakeAsync();
        return await CollectAsync(new MaintenanceOptions().AttemptGrace);
    }

    /// <summary>Opens an upload and stores its first part several times, each time with other bytes.</summary>
    public async Task<UploadId> OpenAndStoreAsync(int times)
    {
        var upload = await OpenFirstUploadAsync();
        for (var seed = 0; seed < times; seed++)
        {
            await StoreAsync(upload, 0, Some.Bytes(1000, seed));
        }

        return upload;
    }

    /// <summary>Whether the upload is open and has its part.</summary>
    public async Task<bool> HasPartAsync(UploadId upload) =>
        (await Host.AskAsync(upload.Entity, new ListParts(ClientCalls.Incarnation, 0, 10), CancellationToken.None)).TryGet(out var page, out _)
            && page.Parts.Count == 1;

    public void Dispose() => Clock.Dispose();

    private void StartClock()
    {
        HostClock = Clock = new ServiceClock(Machine);
        Crash();
    }
}
