using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Memory;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>The seed and the length of a run, and its protocol: the vault API, or S3.</summary>
internal sealed record FuzzPlan(int Seed, int Requests, bool OnS3 = false);

/// <summary>A server whose writes are recorded and whose clock only moves when a test advances it.</summary>
internal sealed class FuzzServer : IAsyncDisposable
{
    private readonly FuzzPlan _plan;
    private readonly MemoryJournal _journal;

    private FuzzServer(FuzzPlan plan, MemoryJournal journal)
    {
        _plan = plan;
        _journal = journal;
        Journal = new WatchedJournal(journal);
    }

    public GatewayServer Gateway { get; private set; } = null!;

    public WatchedJournal Journal { get; }

    /// <summary>The requests that the server has not finished, even if they are already answered.</summary>
    public RequestsInside Inside { get; } = new();

    /// <summary>What the server has logged as an error, including Kestrel's own messages.</summary>
    public RecordedLog Faults { get; } = new(LogLevel.Error);

    public SettableClock Clock => Gateway.Setup.Clock;

    public string Address => Gateway.EndPoint.ToString();

    /// <summary>Starts a server, optionally with middleware in front of the gateway. The seed of the plan determines its IDs.</summary>
    public static Task<FuzzServer> StartAsync(FuzzPlan plan, IStartupFilter? startup = null) =>
        StartAsync(plan, new MemoryJournal(), new GatewaySetup(), startup);

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

    private static async Task<FuzzServer> StartAsync(FuzzPlan plan, MemoryJournal journal, GatewaySetup setup, IStartupFilter? startup)
    {
        var server = new FuzzServer(plan, journal);
        server.Gateway = await GatewayServer.StartAsync(
            setup with
            {
                Journal = server.Journal,
                Accounts = new() { MaxVaults = 12 },
                Retrievals = new() { BulkDelay = TimeSpan.FromHours(5), StandardDelay = TimeSpan.Zero },
                Notifier = new SilentNotifier(),
                Options = new() { BodyRateWindow = TimeSpan.FromSeconds(1.1) },
            },
            services =>
            {
                services.AddSingleton<IStartupFilter>(server.Inside);
                if (startup is not null)
                {
                    services.AddSingleton(startup);
                }

                services.AddSingleton<IdSource>(new SeededIds(setup.Clock, plan.Seed));
                services.AddSingleton<ILoggerProvider>(server.Faults);
                if (plan.OnS3)
                {
                    services.AddS3Front();
                }
            });
        return server;
    }

    /// <summary>Never delivers a notification, so that no confirmation is written at an unpredictable time.</summary>
    private sealed class SilentNotifier : INotifier
    {
        public async ValueTask NotifyAsync(VaultIncarnation vault, JobNotice notice, CancellationToken cancellationToken) =>
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
    }
}
