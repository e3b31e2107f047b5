namespace OrleansUploads.Cli.Remote;

/// <summary>A request that must not be repeated may have been carried out. The message says what to do.</summary>
internal sealed class OutcomeUnknownException(string code, string message, GlacierException failure) : GlacierException(code, message, failure);
