using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using OrleansUploads.Engine;
using OrleansUploads.Gateway.Settings;

namespace OrleansUploads.Serving;

/// <summary>Writes the log of a server or silo.</summary>
public static class ServiceLogging
{
    internal const string TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>Writes the log to standard error, to separate it from the output for people and scripts.</summary>
    public static ILoggingBuilder AddOrleansUploadsLog(this ILoggingBuilder logging, LogFormat format)
    {
        if (format == LogFormat.Json)
        {
            logging.AddJsonConsole(static json =>
            {
                json.UseUtcTimestamp = true;
                json.IncludeScopes = true;
                json.TimestampFormat = TimestampFormat;

                // The text is not embedded in a web page. Control characters are escaped, so a value cannot begin a line.
                json.JsonWriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
            });
            logging.Services.TryAddSingleton<IExternalScopeProvider, RequestScope>();
        }
        else
        {
            logging.AddConsole(static console => console.FormatterName = PlainLogFormatter.FormatterName);
            logging.Services.TryAddEnumerable(
                ServiceDescriptor.Singleton<ConsoleFormatter, PlainLogFormatter>(static _ => new PlainLogFormatter(TimeProvider.System)));
        }

        logging.Services.Configure<ConsoleLoggerOptions>(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        return logging;
    }
}

/// <summary>The only scope of messages in the JSON log: the request that they are about.</summary>
internal sealed class RequestScope : IExternalScopeProvider
{
    public void ForEachScope<TState>(Action<object?, TState> callback, TState state)
    {
        if (CurrentRequest.Id is { } id)
        {
            callback(new Scope(id), state);
        }
    }

    public IDisposable Push(object? state) => NoScope.Instance;

    private sealed class Scope(string requestId) : IEnumerable<KeyValuePair<string, object?>>
    {
        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
        {
            yield return new("RequestId", requestId);
        }

        public override string ToString() => $"request {requestId}";

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class NoScope : IDisposable
    {
        public static NoScope Instance { get; } = new();

        public void Dispose()
        {
        }
    }
}

/// <summary>Writes each message as one line for people: when, how severe if it is a problem, what, and for which request. What only
/// programs need, such as the number of the kind of message, is in the JSON log.</summary>
public sealed class PlainLogFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    /// <summary>The name by which the console's options select the formatter.</summary>
    public const string FormatterName = "orleans-uploads-plain";

    private static readonly SearchValues<char> Hidden = SearchValues.Create(
        [
            .. Enumerable.Range(0, TerminalText.LastHidden + 1)
                .Where(static code => TerminalText.IsHidden(new Rune(code))).Select(static code => (char)code),
        ]);

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        var request = CurrentRequest.Id is { } id && !message.Contains(id, StringComparison.Ordinal) ? $"(request {id}) " : "";
        var at = time.GetUtcNow().UtcDateTime.ToString(ServiceLogging.TimestampFormat, CultureInfo.InvariantCulture);
        var line = $"{at} {Severity(logEntry.LogLevel)}{message} {request}{logEntry.Exception}";

        // A value must not begin a line, nor speak to the terminal that shows it.
        textWriter.WriteLine(Visible(line.ReplaceLineEndings(" ").TrimEnd()));
    }

    private static string Visible(string line) => line.AsSpan().ContainsAny(Hidden)
        ? string.Create(line.Length, line, static (visible, from) => from.AsSpan().ReplaceAny(visible, Hidden, '?'))
        : line;

    private static string Severity(LogLevel level) => level switch
    {
        LogLevel.Warning => "warning: ",
        LogLevel.Error or LogLevel.Critical => "error: ",
        _ => "",
    };
}
