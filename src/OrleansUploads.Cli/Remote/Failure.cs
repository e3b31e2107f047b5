using System.Net;
using System.Security.Cryptography;
using OrleansUploads.Cli.Archives;
using OrleansUploads.Client.Transfers;
using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Serving;

namespace OrleansUploads.Cli.Remote;

/// <summary>A failure that is not a bug: an exit code, and one line with what is wrong and what to do.</summary>
internal sealed record Failure(int Code, string Message)
{
    /// <summary>Prints an error as one line, and returns the exit code.</summary>
    /// <remarks>A message may have the name of an archive or file, which somebody else has chosen.</remarks>
    public static int Report(string message, int code = ExitCode.Failed)
    {
        Console.Error.WriteLine($"orleans-uploads: {ArchiveName.ShowName(message.ReplaceLineEndings(" "))}");
        return code;
    }

    /// <returns>Null if the exception is a bug.</returns>
    public static Failure? Find(Exception fault) => fault switch
    {
        AggregateException { InnerException: { } first } => Find(first),
        ArchiveUploadException { FirstDifference: not null } => new Failure(ExitCode.BytesDiffer, fault.Message),
        ArchiveUploadException or ArchiveDownloadException =>
            new Failure(fault.InnerException is { } cause ? Find(cause)?.Code ?? ExitCode.Failed : ExitCode.BytesDiffer, Deepest(fault)),
        OutcomeUnknownException unknown => new Failure(
            unknown.StatusCode < HttpStatusCode.InternalServerError ? ExitCode.Failed : ExitCode.NotReachable, unknown.Message),
        GlacierException refusal => Describe(refusal),
        ArgumentException mistake => new Failure(ExitCode.Usage, WithoutParameter(mistake)),
        CredentialsMissingException => new Failure(ExitCode.Denied, fault.Message),
        IOException or UnauthorizedAccessException or InvalidDataException or NotSupportedException or FolderInUseException
            or JournalDamagedException or JournalUnavailableException or PartStoreUnavailableException or PartStoreFullException
            or CryptographicException =>
            new Failure(ExitCode.Failed, FileFault.Describe(fault)),
        _ => FileFault.IsLibrary(fault) ? new Failure(ExitCode.Failed, FileFault.Describe(fault)) : null,
    };

    /// <summary>Whether an upload fails again when it is continued: the bytes differ, the server no longer has it, or its parts are too large
    /// for a proxy. Other causes end or can be mended.</summary>
    public static bool IsFinal(Exception fault) =>
        Find(fault)?.Code is ExitCode.BytesDiffer or ExitCode.NotFound
        || CausesOf(fault).Any(static cause => cause is GlacierException { StatusCode: HttpStatusCode.RequestEntityTooLarge });

    private const string ProxyHint =
        "The proxy comes from HTTP_PROXY, HTTPS_PROXY or ALL_PROXY, which can have a user and a password: http://user:password@host:port. "
        + "NO_PROXY names the servers that need none.";

    private static Failure Describe(GlacierException refusal) => refusal.Code switch
    {
        GlacierErrorCodes.ConnectionFailure when FindHandshake(refusal) is { } handshake => new Failure(
            ExitCode.NotReachable,
            $"The server's HTTPS cannot be used: {handshake.Message.TrimEnd('.')}. If its certificate is from your own authority, name the "
            + "authority in AWS_CA_BUNDLE or SSL_CERT_FILE. If it has no HTTPS, use http:// in --endpoint."),
        GlacierErrorCodes.ConnectionFailure when IsFromTunnel(refusal) => new Failure(
            ExitCode.NotReachable, $"The server is not reachable: {refusal.Message.TrimEnd('.')}. {ProxyHint}"),
        GlacierErrorCodes.ConnectionFailure when EndsWithoutAnswer(refusal) => new Failure(
            ExitCode.NotReachable,
            "The server closed the connection before it had answered. If it serves HTTPS, use https:// in --endpoint. Otherwise it may have "
            + "stopped: run the command again."),
        GlacierErrorCodes.ConnectionFailure or GlacierErrorCodes.IdleTimeout =>
            new Failure(ExitCode.NotReachable, $"The server is not reachable: {refusal.Message.TrimEnd('.')}. Is it running? Check --endpoint."),
        GlacierErrorCodes.HashDiffers => new Failure(ExitCode.BytesDiffer, refusal.Message),
        GlacierErrorCodes.ResourceNotFound
            when refusal.InnerException is null && refusal.Message.StartsWith("Vault not found", StringComparison.Ordinal) =>
            new Failure(ExitCode.NotFound, $"{refusal.Message}. List the vaults with '{ProgramName.Text} vault list'."),
        GlacierErrorCodes.ResourceNotFound => new Failure(ExitCode.NotFound, refusal.Message),
        GlacierErrorCodes.UnrecognizedClient => new Failure(
            ExitCode.Denied, $"{refusal.Message} The key comes from AWS_ACCESS_KEY_ID or the profile."),
        GlacierErrorCodes.InvalidSignature => new Failure(
            ExitCode.Denied, $"{FirstParagraph(refusal.Message)} The secret comes from AWS_SECRET_ACCESS_KEY or the profile. Also check the region and this machine's clock."),
        GlacierErrorCodes.UnreadableAnswer when refusal is { RequestId: null, StatusCode: HttpStatusCode.RequestEntityTooLarge } => new Failure(
            ExitCode.Failed,
            $"{refusal.Message.TrimEnd('.')}. A proxy in front of the server takes no body of this size. Raise its limit, or use --new "
            + "with a smaller --part-size such as 1MiB."),
        GlacierErrorCodes.UnreadableAnswer when refusal is { RequestId: null, StatusCode: HttpStatusCode.ProxyAuthenticationRequired } =>
            new Failure(ExitCode.NotReachable, $"{refusal.Message.TrimEnd('.')}. {ProxyHint}"),
        GlacierErrorCodes.UnreadableAnswer when refusal is { RequestId: null, StatusCode: < HttpStatusCode.InternalServerError } => new Failure(
            ExitCode.NotReachable, $"{refusal.Message.TrimEnd('.')}. It does not answer like a server of the vault API. Check the address in --endpoint."),
        _ when refusal.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized =>
            new Failure(ExitCode.Denied, refusal.Message),
        _ when refusal.StatusCode is { } status && (int)status >= 500 => new Failure(ExitCode.NotReachable, refusal.Message),
        _ => new Failure(ExitCode.Failed, refusal.Message),
    };

    /// <summary>The cause of a failed TLS handshake, or null. Its wrapper's message only points to it.</summary>
    private static Exception? FindHandshake(Exception fault) => CausesOf(fault)
        .FirstOrDefault(static cause => cause is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError })?
        .GetBaseException();

    /// <summary>Whether a proxy did not connect to the server.</summary>
    private static bool IsFromTunnel(Exception fault) => CausesOf(fault)
        .Any(static cause => cause is HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError });

    /// <summary>Whether the connection was closed before the end of an answer. A server that expects HTTPS does this.</summary>
    private static bool EndsWithoutAnswer(Exception fault) => CausesOf(fault)
        .Any(static cause => cause is HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded });

    /// <summary>A fault and the faults that it wraps, from the outermost on.</summary>
    private static IEnumerable<Exception> CausesOf(Exception fault)
    {
        for (var cause = fault; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }

    /// <summary>The message of an exception that wraps another one already contains the other's.</summary>
    private static string Deepest(Exception fault) =>
        fault.InnerException is GlacierException
        {
            Code: GlacierErrorCodes.ConnectionFailure or GlacierErrorCodes.IdleTimeout or GlacierErrorCodes.UnreadableAnswer,
        } lost
            ? Describe(lost).Message
            : fault.Message;

    /// <summary>What follows is the text that the server has signed, which is of no use without the text that this program has signed.</summary>
    private static string FirstParagraph(string message) => message.ReplaceLineEndings("\n").Split("\n\n")[0].ReplaceLineEndings(" ");

    private static string WithoutParameter(ArgumentException mistake) =>
        mistake.Message.Split(" (Parameter '")[0];
}

/// <summary>The exit codes of the commands that talk to a server. Scripts rely on them; docs/cli.md lists them.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    public const int Failed = 1;

    /// <summary>The command line is wrong, and nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>The vault, archive, upload or job does not exist.</summary>
    public const int NotFound = 3;

    /// <summary>There are no credentials, or the server does not accept or permit them.</summary>
    public const int Denied = 4;

    /// <summary>The server cannot be reached, or it does not answer.</summary>
    public const int NotReachable = 5;

    /// <summary>The bytes differ from the upload's, or from what the server has announced.</summary>
    public const int BytesDiffer = 6;

    public const int Interrupted = InterruptedException.ExitCode;
}
