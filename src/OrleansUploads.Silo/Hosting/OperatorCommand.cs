using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Service;
using OrleansUploads.Engine.Clocks;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway;

namespace OrleansUploads.Silo.Hosting;

/// <summary>An operator's command for a running cluster: <c>clock show</c>, <c>clock accept</c>, <c>backup begin 6h</c>, <c>backup show</c>
/// or <c>backup end</c>. The settings are those of a silo. The process connects as a cluster client and exits after the command.</summary>
internal sealed class OperatorCommand(ICommand<ServiceStatus> command, Func<ServiceStatus, string> describe, string[] settings)
    : SiloCommand(settings)
{
    /// <summary>A cluster client tries to connect for as long as it is allowed to. A command is run again instead.</summary>
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(30);

    /// <summary>Finds the command in the arguments.</summary>
    /// <returns>Null if the arguments contain no command; then the process runs a silo or gateway.</returns>
    /// <exception cref="SettingException">The command is unknown.</exception>
    public static new OperatorCommand? Parse(string[] arguments) => arguments switch
    {
        ["clock", "show", .. var settings] => new(new DescribeService(), DescribeClock, settings),
        ["clock", "accept", .. var settings] => new(new AcceptClock(), DescribeClock, settings),
        ["backup", "begin", var lease, .. var settings] when Durations.TryParse(lease, out var time) && time > TimeSpan.Zero =>
            new(new BeginBackup(time), DescribeBackup, settings),
        ["backup", "show", .. var settings] => new(new DescribeService(), DescribeBackup, settings),
        ["backup", "end", .. var settings] => new(new EndBackup(), DescribeBackup, settings),
        ["clock" or "backup", ..] => throw new SettingException(
            $"Unknown command '{string.Join(' ', arguments)}'. Valid commands: 'clock show', 'clock accept', 'backup begin 6h' (at most 7d), "
            + "'backup show', 'backup end'."),
        _ => null,
    };

    /// <summary>Sends the command to the cluster and prints the result.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="SettingException">The cluster cannot be reached, or the command failed.</exception>
    public override async Task<int> RunAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        var settings = SettingsReader.Read(builder.Configuration, Settings);
        settings.RequireTls();
        RequireCluster(settings);
        await using var database = await ClusterStores.OpenDatabaseAsync(settings, builder.Configuration.GetSection("Logging"));
        settings.Role = ProcessRole.Gateway;
        await ClusterStores.RequireAsync(settings, database);

        builder.UseOrleansClient(client => UploadsHost.AddClient(client, settings, database));
        builder.Services.AddOrleansUploadsClient();
        using var host = builder.Build();
        await ConnectAsync(host, settings);

        // The host turns Ctrl-C and SIGTERM into this token.
        var stopping = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        var hasBegun = false;
        try
        {
            var entities = host.Services.GetRequiredService<IEntityHost>();
            var answer = await entities.AskAsync(ServiceState.Entity, command, stopping);
            if (command is BeginBackup)
            {
                hasBegun = true;
                Console.WriteLine($"The backup has begun. Every silo will know of it in {ServiceClock.BackupNoticeTime.TotalSeconds:F0} seconds.");
                await Task.Delay(ServiceClock.BackupNoticeTime, stopping);
            }

            Console.WriteLine(describe(answer.Answer));
            return 0;
        }
        catch (EntityUnavailableException fault)
        {
            throw new SettingException($"The command failed, or its outcome is unknown: {fault.Message}", fault);
        }
        catch (OperationCanceledException fault) when (stopping.IsCancellationRequested)
        {
            throw new SettingException(
                hasBegun
                    ? "The command was stopped. The backup has begun, but some silos may not know of it yet and may still delete bytes. Run the "
                        + "command again before you copy anything, or run 'backup end'."
                    : "The command was stopped, and its outcome is unknown. Run it again.",
                fault);
        }
        finally
        {
            await host.StopAsync();
        }
    }

    private static string DescribeClock(ServiceStatus status) =>
        status.Fault is { } fault ? ClockFaultText.Describe(fault) : "The clock is trusted.";

    private static string DescribeBackup(ServiceStatus status) => status.BackupUntil switch
    {
        null => "No backup is in progress.",
        { } until when until <= TimeProvider.System.GetUtcNow() =>
            $"No backup is in progress. The last one was not ended, and its time was over at {ClockFaultText.Format(until)}.",
        { } until => $"A backup is in progress. No bytes are deleted until {ClockFaultText.Format(until)} or 'backup end'.",
    };

    private static async Task ConnectAsync(IHost host, SiloSettings settings)
    {
        using var limit = new CancellationTokenSource(ConnectTime);
        try
        {
            await host.StartAsync(limit.Token);
        }
        catch (OperationCanceledException fault)
        {
            throw new SettingException(
                limit.IsCancellationRequested
                    ? $"No silo of cluster {settings.ClusterId} has answered within {ConnectTime.TotalSeconds:F0} seconds. Start a silo, and "
                        + "run the command again."
                    : "The command was stopped before it reached the cluster. Nothing was changed.",
                fault);
        }
    }
}
