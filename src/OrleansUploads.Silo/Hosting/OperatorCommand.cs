using System.CommandLine;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Service;
using OrleansUploads.Engine.Clocks;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway;

namespace OrleansUploads.Silo.Hosting;

/// <summary>An operator's command for a running cluster: <c>clock show</c>, <c>clock accept</c>, <c>backup begin 6h</c>, <c>backup show</c>
/// or <c>backup end</c>. The settings are a silo's. The process connects as a cluster client and exits after the command.</summary>
internal sealed class OperatorCommand(ICommand<ServiceStatus> command, Func<ServiceStatus, string> describe, ParseResult commandLine)
{
    /// <summary>A cluster client tries to connect for as long as it is allowed to. A command is run again instead.</summary>
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(30);

    public static Command CreateClock() => new("clock", "Show or accept the clock of a running cluster.")
    {
        Create("show", "Say whether the cluster trusts its clock.", DescribeClock, static _ => new DescribeService()),
        Create("accept", "Accept the clock.", DescribeClock, static _ => new AcceptClock()),
    };

    public static Command CreateBackup()
    {
        var lease = new Argument<TimeSpan>("time")
        {
            Description = "How long at most: 6h, or up to 7d.",
            CustomParser = static result =>
            {
                var text = result.Tokens[0].Value;
                if (!Durations.TryParse(text, out var time) || time == TimeSpan.Zero)
                {
                    result.AddError($"'{text}' is not a time. Write a duration such as {Durations.Examples}.");
                }

                return time;
            },
        };
        var begin = Create(
            "begin",
            "Prevent deletions in a running cluster for this time, or until 'backup end'.",
            DescribeBackup,
            commandLine => new BeginBackup(commandLine.GetRequiredValue(lease)));
        begin.Add(lease);
        return new Command("backup", "Keep what a backup copies.")
        {
            begin,
            Create("show", "Say whether a backup is in progress, and until when.", DescribeBackup, static _ => new DescribeService()),
            Create("end", "Permit deletions again.", DescribeBackup, static _ => new EndBackup()),
        };
    }

    private static Command Create(
        string name, string description, Func<ServiceStatus, string> describe, Func<ParseResult, ICommand<ServiceStatus>> create)
    {
        var command = new Command(name, description);
        command.SetAction((commandLine, _) => new OperatorCommand(create(commandLine), describe, commandLine).RunAsync());
        return command;
    }

    /// <summary>Sends the command to the cluster and prints the result.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="SettingException">The cluster cannot be reached, or the command failed.</exception>
    private async Task<int> RunAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        var settings = SettingsReader.Read(builder.Configuration, commandLine);
        settings.RequireTls();
        settings.RequireCluster();
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
