using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace OrleansUploads.Gateway.Hosting;

/// <summary>Writes each message as one line for people: when, how severe if it is a problem, and what. What only programs need, such as
/// the number of the kind of message, is in <see cref="JsonLogFormatter"/>.</summary>
public sealed class PlainLogFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    /// <summary>The name by which the console's options select the formatter.</summary>
    public const string FormatterName = "orleans-uploads-plain";

    /// <summary>The characters of a request ID. A person searches the log for the beginning of the ID that a client was given.</summary>
    private const int RequestIdChars = 8;

    private const string RequestIdName = "RequestId";

    /// <inheritdoc/>
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        if (logEntry.State is IReadOnlyList<KeyValuePair<string, object?>> values
            && values.FirstOrDefault(static value => value.Key == RequestIdName).Value is string { Length: > RequestIdChars } id)
        {
            message = message.Replace(id, id[..RequestIdChars], StringComparison.Ordinal);
        }

        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{time.GetUtcNow().UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {Severity(logEntry.LogLevel)}{message} {logEntry.Exception}");

        // A value must not begin a line.
        textWriter.WriteLine(line.ReplaceLineEndings(" ").TrimEnd());
    }

    private static string Severity(LogLevel level) => level switch
    {
        LogLevel.Warning => "warning: ",
        LogLevel.Error or LogLevel.Critical => "error: ",
        _ => "",
    };
}
