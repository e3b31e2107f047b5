namespace OrleansUploads.Cli.Remote;

/// <summary>The exit codes of the commands that talk to a server. Scripts rely on them; docs/cli.md lists them.</summary>
internal static class ExitCode
{
    /// <summary>Everything is done.</summary>
    public const int Done = 0;

    /// <summary>Something failed that has no code of its own.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong, and nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>The vault, archive, upload or job does not exist.</summary>
    public const int NotFound = 3;

    /// <summary>There are no credentials, or the server does not accept or permit them.</summary>
    public const int Denied = 4;

    /// <summary>The server cannot be reached, or it does not answer.</summary>
    public const int NotReachable = 5;

    /// <summary>The bytes differ from those of the upload, or from those that the server has announced.</summary>
    public const int BytesDiffer = 6;

    /// <summary>The command was interrupted. As shells count, it is 128 plus the number of the signal.</summary>
    public const int Interrupted = 130;
}
