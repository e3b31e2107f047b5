using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Ports;
using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>A server whose writes are recorded and whose clock only moves when a test advances it.</summary>
internal sealed class FuzzServer : IAsyncDisposable
{
    private readonly MemoryJournal _journal;
    private readonly FuzzPlan _plan;

    private FuzzServer(
        FuzzPlan plan,
        GatewayServer gateway,
        MemoryJournal journal,
        WatchedJournal watched,
        RequestsInside inside,
        RecordedLog faults)
    {
        _plan = plan;
        Gateway = gateway;
        _journal = journal;
        Journal = watched;
        Inside = inside;
        Faults = faults;
    }

    public GatewayServer Gateway { get; }

    public WatchedJournal Journal { get; }

    /// <summary>The requests that the server has not finished, even if they are already answered.</summary>
    public RequestsInside Inside { get; }

    /// <summary>What the server has logged as an error, including Kestrel's own messages.</summary>
    public RecordedLog Faults { get; }

    public SettableClock Clock => Gateway.Setup.Clock;

    public string Address => Gateway.EndPoint.ToString();

    /// <summary>Starts a server.</summary>
    /// <param name="plan">The protocol, and the seed of its IDs; odd seeds select daily inventories.</param>
    /// <param name="startup">Middleware in front of the gateway, or null for none.</param>
    public static Task<FuzzServer> StartAsync(FuzzPlan plan, IStartupFilter? startup = null) =>
        StartAsync(plan, new MemoryJournal(), new GatewaySetup(), startup);

    /// <summary>Starts a second server over the same storage.</summary>
    public Task<FuzzServer> StartAgainAsync() => StartAsync(_plan, _journal, Gateway.Setup, null);

    /// <summary>Advances the clock and runs all due work, so that no later request triggers it.</summary>
    public async Task AdvanceAsync(TimeSpan time)
    {
        Clock.Advance(time);
        await new WakeScan((EmbeddedHost)Gateway.Host, _journal).RunAsync(CancellationToken.None);
    }

    /// <summary>A fingerprint of the stored attempts: their number and the sum of their hash codes.</summary>
    public async Task<(int Count, long Hashes)> AttemptsAsync()
    {
        var (count, hashes) = (0, 0L);
        await foreach (var upload in Gateway.Setup.Parts.ListUploadsAsync(CancellationToken.None))
        {
            foreach (var attempt in await Gateway.Setup.Parts.AllAttemptsAsync(upload, CancellationToken.None))
            {
                count++;
                hashes += HashCode.Combine(upload, attempt);
            }
        }

        return (count, hashes);
    }

    public ValueTask DisposeAsync() => Gateway.DisposeAsync();

    private static async Task<FuzzServer> StartAsync(
        FuzzPlan plan, MemoryJournal journal, GatewaySetup setup, IStartupFilter? startup)
    {
        var watched = new WatchedJournal(journal);
        var inside = new RequestsInside();
        var faults = new RecordedLog(LogLevel.Error);
        var gateway = await GatewayServer.StartAsync(
            setup with
            {
                Journal = watched,
                Accounts = new() { MaxVaults = 12 },
                Retrievals = new() { BulkDelay = TimeSpan.FromHours(5), StandardDelay = TimeSpan.Zero },
                Notifier = new SilentNotifier(),
                Options = new() { BodyRateWindow = TimeSpan.FromSeconds(1.1) },
            },
            services =>
            {
                services.AddSingleton<IStartupFilter>(inside);
                if (startup is not null)
                {
                    services.AddSingleton(startup);
                }

                services.AddSingleton<IdSource>(new SeededIds(setup.Clock, plan.Seed));
                services.AddSingleton<ILoggerProvider>(faults);
                plan.Protocol.AddFront(services);
            });
        return new FuzzServer(plan, gateway, journal, watched, inside, faults);
    }

    /// <summary>Never delivers a notification, so that no confirmation is written at an unpredictable time.</summary>
    private sealed class SilentNotifier : INotifier
    {
        public async ValueTask NotifyAsync(VaultIncarnation vault, JobNotice notice, CancellationToken cancellationToken) =>
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
    }
}
