using OrleansUploads.Cluster.Hosting;

namespace OrleansUploads.Silo.Hosting;

/// <summary>Ends the process after an error from which the silo cannot recover.</summary>
/// <remarks>A silo that was removed from the cluster, or that is refused because its database is a copy, is a known case: it ends with one
/// message and without a dump. Every other fatal error is a bug and ends with a dump.</remarks>
internal sealed class FatalExit(IServiceProvider services, ILocalSiloDetails self) : IFatalErrorHandler
{
    /// <summary>The exit code of a silo that the other silos removed from the cluster.</summary>
    public const int RemovedExitCode = 3;

    private const int RefusedExitCode = 1;

    public bool IsUnexpected(Exception exception) => true;

    public void OnFatalException(object? sender, string? context, Exception? exception)
    {
        if (exception is OtherDatabaseException refused)
        {
            Console.Error.WriteLine(
                $"orleans-uploads-silo: {VariableOf(nameof(SiloSettings.ConnectionString))}: {refused.Message} If this database replaces that of the "
                + "other silo, stop all silos of the other one, and run 'orleans-uploads-silo restore' here. If the other one goes on, run "
                + "'orleans-uploads-silo clone' here.");
            Environment.Exit(RefusedExitCode);
        }

        // Resolved late, because the membership service itself depends on this handler.
        var membership = services.GetRequiredService<IClusterMembershipService>();
        if (membership.CurrentSnapshot.GetSiloStatus(self.SiloAddress) == SiloStatus.Dead)
        {
            Console.Error.WriteLine(
                $"orleans-uploads-silo: The cluster removed this silo ({self.SiloAddress}), because it did not answer in time or another "
                + "silo started at its address. Start the process again; nothing that was acknowledged is lost.");
            Environment.Exit(RemovedExitCode);
        }

        Environment.FailFast($"Fatal error from {sender}: {context}", exception);
    }
}
