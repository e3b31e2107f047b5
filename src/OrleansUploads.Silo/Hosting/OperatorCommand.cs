using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Messages.Service;
using OrleansUploads.Core.Service;
using OrleansUploads.Engine.Clocks;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway;
using OrleansUploads.Silo.Settings;
using OrleansUploads.Silo.Storage;

namespace OrleansUploads.Silo.Hosting;

/// <summary>The operator commands for a running cluster: <c>clock accept</c>, <c>backup begin 6h</c> and <c>backup end</c>. The
/// settings are those of a silo. The process connects as a cluster client and exits after the command.</summary>
internal static class OperatorCommand
{
    /// <summary>A cluster client tries to connect for as long as it is allowed to. A command is run again instead.</summary>
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(30);

    /// <summary>Splits the arguments into a command and settings.</summary>
    /// <returns>Null if the arguments contain no command; then the process runs a silo or gateway.</returns>
    /// <exception cref="SettingException">The command is unknown.</exception>
    public static (ICommand<ServiceStatus> Command, string[] Settings)? Parse(string[] arguments) => arguments switch
    {
        ["clock", "accept", .. var settings] => (new AcceptClock(), settings),
        ["backup", "begin", var lease, .. var settings] when Durations.TryParse(lease, out var time) && time > TimeSpan.Zero =>
            (new BeginBackup(time), settings),
        ["backup", "end", .. var settings] => (new EndBackup(), settings),
        ["clock" or "backup", ..] => throw new SettingException(
            $"Unknown command '{string.Join(' ', arguments)}'. Valid commands: 'clock accept', 'backup begin 6h' (at most 7d), "
            + "'backup end'."),
        _ => null,
    };

    /// <summary>Sends the command to the cluster and prints the result.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="SettingException">The cluster cannot be reached, or the command failed.</exception>
    public static async Task<int> RunAsync(ICommand<ServiceStatus> command, string[] arguments)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true, reloadOnChange: false)
            .AddEnvironmentVariables()
            .AddCommandLine(arguments);
        var settings = SiloSettings.Read(builder.Configuration);
        if (settings.Store == ClusterStore.Localhost)
        {
            throw new SettingException(
                $"The command needs a cluster, but {KnownSettings.Clustering.Variable}=localhost is one process with everything in memory. "
                + "Use the settings of a silo of the cluster.");
        }

        if (settings.Store == ClusterStore.Postgres)
        {
            await PostgresSchema.RequireAsync(settings.ConnectionString);
        }

        builder.UseOrleansClient(client => UploadsHost.AddClient(client, settings));
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

            Console.WriteLine(answer.Answer switch
            {
                { Fault: not null } status => ClockFaultText.Describe(status.Fault),
                { BackupUntil: { } until } => $"No bytes are deleted until {until.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z.",
                _ => "The clock is trusted, and no backup is in progress.",
            });
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
