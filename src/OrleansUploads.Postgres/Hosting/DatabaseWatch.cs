using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using OrleansUploads.Postgres.Database;

namespace OrleansUploads.Postgres.Hosting;

/// <summary>Asks the servers of the database every second what they are, so that requests go to a new primary as soon as there is one,
/// and writes what a request writes, so that the health report knows whether requests can be answered.</summary>
internal sealed partial class DatabaseWatch(
    PostgresDatabase database, IOptions<ClusterOptions> cluster, TimeProvider time, ILogger<DatabaseWatch> log) : BackgroundService
{
    /// <summary>How long a commit may take until no other write begins.</summary>
    private static readonly TimeSpan MaxCommitTime = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private string? _loggedFault;

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        database.Rehearsal = new JournalCommands(cluster.Value.ServiceId).AddRehearsal;
        database.CommitNotReplicated = warning => CommitNotReplicated(log, warning);
        return Task.WhenAll(
            [.. database.Servers.Select(server => ProbeRepeatedlyAsync(server, stoppingToken)), CommitAsync(stoppingToken)]);
    }

    private async Task ProbeRepeatedlyAsync(DatabaseServer server, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await ProbeAsync(server, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await DelayAsync(Interval, stopping);
        }
    }

    private async Task ProbeAsync(DatabaseServer server, CancellationToken stopping)
    {
        await server.ProbeAsync(stopping);
        if (database.ChoosePrimary())
        {
            PrimaryChanged(log, database.Primary.Name, database.Timeline.Newest);
        }

        var fault = database.Fault;
        if (fault != _loggedFault)
        {
            _loggedFault = fault;
            if (fault is null)
            {
                Works(log);
            }
            else
            {
                Fails(log, fault);
            }
        }
    }

    private async Task CommitAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var primary = database.Primary;
            var commit = database.RehearseAsync();
            var startedAt = time.GetTimestamp();
            while (!commit.IsCompleted && database.Primary == primary)
            {
                // The commit is not repeated while it waits: each attempt would leave another session behind. When another server becomes
                // the primary, the commit is left to the old one.
                var left = MaxCommitTime - time.GetElapsedTime(startedAt);
                await Task.WhenAny(commit, DelayAsync(left > TimeSpan.Zero && left < Interval ? left : Interval, stopping));
                if (stopping.IsCancellationRequested)
                {
                    return;
                }

                if (!commit.IsCompleted && database.Primary == primary && time.GetElapsedTime(startedAt) >= MaxCommitTime)
                {
                    database.WaitingCommit =
                        $"{primary.Name} does not confirm a commit. If it has synchronous_standby_names, its standby is probably missing.";
                }
            }

            if (database.Primary == primary)
            {
                database.WaitingCommit = commit.Exception is { InnerException: { } fault and not PostgresException }
                    ? $"{primary.Name}: {fault.Message}" : null;
                await DelayAsync(Interval, stopping);
            }
        }
    }

    private Task DelayAsync(TimeSpan delay, CancellationToken stopping) =>
        Task.Delay(delay, time, stopping).ContinueWith(
            static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    [LoggerMessage(3034, LogLevel.Warning, "Requests to the database go to {Server} from now on (timeline {Timeline}).")]
    private static partial void PrimaryChanged(ILogger log, string server, uint timeline);

    [LoggerMessage(3035, LogLevel.Error, "Nothing can be written to the database. {Fault}")]
    private static partial void Fails(ILogger log, string fault);

    [LoggerMessage(3036, LogLevel.Warning, "The database can be written to again.")]
    private static partial void Works(ILogger log);

    [LoggerMessage(3037, LogLevel.Warning, "A commit of Orleans may be missing on the standby. PostgreSQL warned: {Warning}")]
    private static partial void CommitNotReplicated(ILogger log, string warning);
}
