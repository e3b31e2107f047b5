using OrleansUploads.Silo.Identity;
using OrleansUploads.Silo.Moving;
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
    public static SiloCommand? Parse(string[] arguments) => MoveCommand.Parse(arguments) ?? CopyCommand.Parse(arguments)
        ?? TakeOverCommand.Parse(arguments) ?? (SiloCommand?)OperatorCommand.Parse(arguments);

    /// <summary>Runs the command and prints the result.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="SettingException">The command failed. The message says why.</exception>
    public abstract Task<int> RunAsync();

    /// <summary>Refuses settings of a process that keeps everything in memory.</summary>
    /// <exception cref="SettingException">They are.</exception>
    protected static void RequireCluster(SiloSettings settings)
    {
        if (settings.Store == ClusterStore.Localhost)
        {
            throw new SettingException(
                $"The command needs a cluster, but {KnownSettings.Clustering.Variable}=localhost is one process with everything in memory. "
                + "Use the settings of a silo of the cluster.");
        }
    }
}
