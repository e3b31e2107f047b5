using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using OrleansUploads.Gateway.Settings;

namespace OrleansUploads.Gateway.Hosting;

/// <summary>Writes the log of a server or silo.</summary>
public static class ServiceLogging
{
    /// <summary>Writes the log to standard error, to separate it from the output for people and scripts.</summary>
    public static ILoggingBuilder AddOrleansUploadsLog(this ILoggingBuilder logging, LogFormat format)
    {
        logging.AddConsole(console => console.FormatterName =
            format == LogFormat.Json ? JsonLogFormatter.FormatterName : PlainLogFormatter.FormatterName);
        logging.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<ConsoleFormatter, JsonLogFormatter>(static _ => new JsonLogFormatter(TimeProvider.System)));
        logging.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<ConsoleFormatter, PlainLogFormatter>(static _ => new PlainLogFormatter(TimeProvider.System)));
        logging.Services.Configure<ConsoleLoggerOptions>(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        return logging;
    }
}

/// <summary>Writes each message as one line for people: when, how severe if it is a problem, and what. What only programs need, such as
/// the number of the kind of message, is in <see cref="JsonLogFormatter"/>.</summary>
public sealed class PlainLogFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    /// <summary>The name by which the console's options select the formatter.</summary>
    public const string FormatterName = "orleans-uploads-plain";

    /// <inheritdoc/>
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
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

/// <summary>Writes each message as one JSON object in one line: when, how severe, which message, and its values under their names.</summary>
/// <remarks>Programs read the names, so they never change. A value that a line of text shows as <c>-</c> is left out.</remarks>
public sealed class JsonLogFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    /// <summary>The name by which the console's options select the formatter.</summary>
    public const string FormatterName = "orleans-uploads-json";

    private const string Nothing = "-";
    private const string Template = "{OriginalFormat}";

    private static readonly string[] FixedNames = ["time", "level", "event", "source", "message", "exception"];

    // The text is not embedded in a web page. Control characters are escaped, so a value cannot begin a line.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <inheritdoc/>
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var line = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(line, Readable))
        {
            json.WriteStartObject();
            json.WriteString("time", time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("level", logEntry.LogLevel.ToString().ToLowerInvariant());
            json.WriteNumber("event", logEntry.EventId.Id);
            json.WriteString("source", logEntry.Category);
            json.WriteString("message", logEntry.Formatter(logEntry.State, logEntry.Exception));
            if (logEntry.State is IReadOnlyList<KeyValuePair<string, object?>> values)
            {
                foreach (var (name, value) in values)
                {
                    WriteValue(json, JsonNamingPolicy.CamelCase.ConvertName(name), value);
                }
            }

            if (logEntry.Exception is { } exception)
            {
                json.WriteString("exception", exception.ToString());
            }

            json.WriteEndObject();
        }

        textWriter.WriteLine(Encoding.UTF8.GetString(line.WrittenSpan));
    }

    private static void WriteValue(Utf8JsonWriter json, string name, object? value)
    {
        if (value is null or Nothing || name is Template || FixedNames.Contains(name))
        {
            return;
        }

        switch (value)
        {
            case int number:
                json.WriteNumber(name, number);
                break;
            case long number:
                json.WriteNumber(name, number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumber(name, Math.Round(number, 3));
                break;
            case bool flag:
                json.WriteBoolean(name, flag);
                break;
            default:
                json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }
}
