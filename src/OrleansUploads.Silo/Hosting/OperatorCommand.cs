using System.CommandLine;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Service;
using OrleansUploads.Engine.Clocks;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Serving;

namespace OrleansUploads.Silo.Hosting;

/// <summary>An operator's command for a running cluster: <c>clock show</c>, <c>clock accept</c>, <c>backup begin 6h</c>, <c>backup show</c>
/// or <c>backup end</c>. The settings are a silo's. The process connects as a cluster client and exits after the command.</summary>
internal sealed class OperatorCommand(
    ICommand<ServiceStatus> command, Func<ServiceStatus, OperatorAnswer> describe, bool isJson, ParseResult commandLine)
{
    /// <summary>A cluster client tries to connect for as long as it is allowed to. A command is run again instead.</summary>
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(30);

    public static Command CreateClock() => new("clock", OperatorText.Clock)
    {
        Create("show", OperatorText.ShowClock, DescribeClock, static _ => new DescribeService()),
        Create("accept", OperatorText.AcceptClock, DescribeClock, static _ => new AcceptClock()),
    };

    public static Command CreateBackup()
    {
        var lease = new Argument<TimeSpan>("time")
        {
            Description = OperatorText.Lease,
            CustomParser = static result =>
            {
                var (time, refusal) = OperatorText.ParseLease(result.Tokens[0].Value);
                if (refusal is not null)
                {
                    result.AddError(refusal);
                }

                return time;
            },
        };
        var begin = Create(
            "begin",
            "Stop the deletion of bytes. Afterwards, copy the database and the bytes, and run 'backup end'.",
            DescribeBackup,
            commandLine => new BeginBackup(commandLine.GetRequiredValue(lease)));
        begin.Add(lease);
        return new Command("backup", "Stop the deletion of bytes while you copy them.")
        {
            begin,
            Create("show", OperatorText.ShowBackup, DescribeBackup, static _ => new DescribeService()),
            Create("end", OperatorText.EndBackup, DescribeBackup, static _ => new EndBackup()),
        };
    }

    private static Command Create(
        string name, string description, Func<ServiceStatus, OperatorAnswer> describe, Func<ParseResult, ICommand<ServiceStatus>> create)
    {
        var json = JsonOutput.CreateOption();
        var command = new Command(name, description) { json };
        command.Run((commandLine, cancellationToken) =>
            new OperatorCommand(create(commandLine), describe, commandLine.GetValue(json), commandLine).RunAsync(cancellationToken));
        return command;
    }

    /// <summary>Sends the command to the cluster and prints the result.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="SettingException">The cluster cannot be reached, or the command failed.</exception>
    /// <exception cref="InterruptedException">The command was interrupted. The message says what it may have done.</exception>
    private async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        var settings = SettingsReader.Read(builder.Configuration, commandLine);
        settings.RequireTls();
        settings.RequireCluster();
        await using var database = await ClusterStores.OpenDatabaseAsync(
            settings, builder.Configuration.GetSection("Logging"), cancellationToken);
        settings.Role = ProcessRole.Gateway;
        await ClusterStores.RequireAsync(settings, database);

        builder.UseOrleansClient(client => UploadsHost.AddClient(client, settings, database));
        builder.Services.AddOrleansUploadsClient();
        using var host = builder.Build();
        await ConnectAsync(host, settings, cancellationToken);

        var hasBegun = false;
        try
        {
            var entities = host.Services.GetRequiredService<IEntityHost>();
            var answer = await entities.AskAsync(ServiceState.Entity, command, cancellationToken);
            if (command is BeginBackup)
            {
                hasBegun = true;
                var output = isJson ? Console.Error : Console.Out;
                output.WriteLine($"The backup has begun. Every silo will know of it in {ServiceClock.BackupNoticeTime.TotalSeconds:F0} seconds.");
                await Task.Delay(ServiceClock.BackupNoticeTime, cancellationToken);
            }

            Console.WriteLine(describe(answer.Answer).Format(isJson));
            return 0;
        }
        catch (EntityUnavailableException fault)
        {
            throw new SettingException($"The command failed, or its outcome is unknown: {fault.Message}", fault);
        }
        catch (OperationCanceledException fault) when (cancellationToken.IsCancellationRequested)
        {
            throw new InterruptedException(
                hasBegun
                    ? "The command was stopped. The backup has begun, but some silos may not know of it yet and may still delete bytes. Run the "
                        + "command again before you copy anything, or run 'backup end'."
                    : "The command was stopped, and its outcome is unknown. Run it again.",
                fault);
        }
        finally
        {
            await host.StopAsync(cancellationToken);
        }
    }

    private static OperatorAnswer DescribeClock(ServiceStatus status) => OperatorText.DescribeClock(status.Fault);

    private static OperatorAnswer DescribeBackup(ServiceStatus status) =>
        OperatorText.DescribeBackup(status.BackupUntil, TimeProvider.System.GetUtcNow());

    private static async Task ConnectAsync(IHost host, SiloSettings settings, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ConnectTime);
        try
        {
            await host.StartAsync(limit.Token);
        }
        catch (OperationCanceledException fault)
        {
            throw cancellationToken.IsCancellationRequested
                ? new InterruptedException("The command was stopped before it reached the cluster. Nothing was changed.", fault)
                : new SettingException(
                    $"No silo of cluster {settings.ClusterId} has answered within {ConnectTime.TotalSeconds:F0} seconds. Start a silo, and "
                    + "run the command again.",
                    fault);
        }
    }
}
