using Microsoft.Extensions.DependencyInjection.Extensions;
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
