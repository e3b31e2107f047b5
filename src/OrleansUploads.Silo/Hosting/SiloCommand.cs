using System.Runtime.InteropServices;
using OrleansUploads.Gateway.Checking;
using OrleansUploads.Silo.Checking;
using OrleansUploads.Silo.Identity;
using OrleansUploads.Silo.Moving;
using OrleansUploads.Silo.Status;
using OrleansUploads.Silo.Storage;

namespace OrleansUploads.Silo.Hosting;

/// <summary>A command that ends, instead of a silo or gateway that runs. The settings are those of a silo.</summary>
internal abstract class SiloCommand(string[] settings)
{
    /// <summary>The arguments behind the command.</summary>
    public string[] Settings { get; } = settings;

    /// <summary>Finds the command in the arguments.</summary>
    /// <returns>Null if the arguments contain no command; then the process runs a silo or gateway.</returns>
    /// <exception cref="SettingException">The command is unknown.</exception>
    public static SiloCommand? Parse(string[] arguments) => ImportCommand.Parse(arguments) ?? CopyCommand.Parse(arguments)
        ?? TakeOverCommand.Parse(arguments) ?? CheckCommand.Parse(arguments) ?? StatusCommand.Parse(arguments)
        ?? (SiloCommand?)OperatorCommand.Parse(arguments);

    /// <summary>The exit code if a command fails. That of a command that judges the cluster says that it has not come to a result.</summary>
    public static int FailureCodeOf(string[] arguments) => arguments is ["check" or "status", ..] ? (int)CheckOutcome.NotChecked : 1;

    /// <summary>Runs the command and prints the result.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="SettingException">The command failed. The message says why.</exception>
    public abstract Task<int> RunAsync();

    /// <summary>Runs a step that the operator may interrupt with Ctrl-C or SIGTERM.</summary>
    protected static async Task<int> RunInterruptiblyAsync(Func<CancellationToken, Task<int>> step)
    {
        using var stopping = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        return await step(stopping.Token);

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stopping.Cancel();
        }
    }

    /// <summary>Refuses settings of a process that keeps everything in memory.</summary>
    /// <exception cref="SettingException">They are.</exception>
    protected static void RequireCluster(SiloSettings settings)
    {
        if (settings.Clustering == ClusterStore.Localhost)
        {
            throw new SettingException(
                $"The command needs a cluster, but {VariableOf(nameof(SiloSettings.Clustering))}=localhost is one process with everything in memory. "
                + "Use the settings of a silo of the cluster.");
        }
    }
}
