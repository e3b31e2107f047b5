using System.Globalization;
using Microsoft.Extensions.Configuration;
using OrleansUploads.Client.Models;

namespace OrleansUploads.Client.DependencyInjection;

/// <summary>The options of a client in a configuration. They are read without reflection and without a generator of the program, so native
/// programs can do it.</summary>
internal static class ClientSection
{
    private delegate bool Parser<T>(string text, out T value);

    /// <summary>Reads the options. What is missing has its default.</summary>
    /// <exception cref="InvalidOperationException">A value is missing or malformed. The message names it.</exception>
    public static GlacierClientOptions Read(IConfiguration section)
    {
        var retry = section.GetSection(nameof(GlacierClientOptions.Retry));
        var defaults = RetryPolicy.Default;
        var options = new GlacierClientOptions
        {
            Endpoint = Find<Uri>(section, nameof(GlacierClientOptions.Endpoint), "an address such as http://127.0.0.1:9400", TryParseAddress)
                ?? throw Missing(section, nameof(GlacierClientOptions.Endpoint)),
            Region = Require(section, nameof(GlacierClientOptions.Region)),
            AccessKeyId = Require(section, nameof(GlacierClientOptions.AccessKeyId)),
            SecretAccessKey = Require(section, nameof(GlacierClientOptions.SecretAccessKey)),
            SessionToken = section[nameof(GlacierClientOptions.SessionToken)],
            Retry = defaults with
            {
                MaxAttempts = FindNumber(retry, nameof(RetryPolicy.MaxAttempts)) ?? defaults.MaxAttempts,
                FirstDelay = FindDuration(retry, nameof(RetryPolicy.FirstDelay)) ?? defaults.FirstDelay,
                MaxDelay = FindDuration(retry, nameof(RetryPolicy.MaxDelay)) ?? defaults.MaxDelay,
            },
        };
        return options with
        {
            AccountId = section[nameof(GlacierClientOptions.AccountId)] ?? options.AccountId,
            IdleTimeout = FindDuration(section, nameof(GlacierClientOptions.IdleTimeout)) ?? options.IdleTimeout,
        };
    }

    private static int? FindNumber(IConfiguration section, string name) => section[name] is null ? null : Find<int>(
        section, name, "a number", static (string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number));

    private static TimeSpan? FindDuration(IConfiguration section, string name) => section[name] is null ? null : Find<TimeSpan>(
        section,
        name,
        "a duration such as 00:02:00",
        static (string text, out TimeSpan duration) => TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out duration));

    private static bool TryParseAddress(string text, out Uri address) => Uri.TryCreate(text, UriKind.Absolute, out address!);

    private static T? Find<T>(IConfiguration section, string name, string form, Parser<T> parse) =>
        section[name] is not { } text ? default
            : parse(text, out var value) ? value
            : throw new InvalidOperationException($"{NameOf(section, name)} is '{text}' in the configuration. It must be {form}.");

    private static string Require(IConfiguration section, string name) => section[name] ?? throw Missing(section, name);

    private static InvalidOperationException Missing(IConfiguration section, string name) => new(
        $"{NameOf(section, name)} is missing in the configuration, so there is no {nameof(GlacierClient)}. Set it.");

    private static string NameOf(IConfiguration section, string name) =>
        section is IConfigurationSection { Path: var path } ? ConfigurationPath.Combine(path, name) : name;
}
