namespace OrleansUploads.Silo.Hosting;

/// <summary>Ends the process after an error from which the silo cannot recover.</summary>
/// <remarks>A silo that was removed from the cluster is a known case: it ends with one sentence and its own exit code. Every
/// other fatal error is a bug and ends with a dump.</remarks>
internal sealed class FatalExit(IServiceProvider services, ILocalSiloDetails self) : IFatalErrorHandler
{
    /// <summary>The exit code of a silo that the other silos removed from the cluster.</summary>
    public const int RemovedExitCode = 3;

    public bool IsUnexpected(Exception exception) => true;

    public void OnFatalException(object? sender, string? context, Exception? exception)
    {
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
