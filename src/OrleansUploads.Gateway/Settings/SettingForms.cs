using System.Buffers;
using System.Net;
using OrleansUploads.Core.Settings;
using OrleansUploads.Engine.ObjectStorage;
using OrleansUploads.Gateway.Glacier.Notifications;

namespace OrleansUploads.Gateway.Settings;

internal static class SettingForms
{
    private static readonly SearchValues<char> RegionCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    /// <summary>Returns the value, or what is wrong with the text, as a sentence.</summary>
    public static (object? Value, string? Wrong) Parse(Type type, string text, SettingAttribute declaration) => type switch
    {
        _ when type == typeof(string) => ParseText(text, declaration.Form),
        _ when type == typeof(int) => ParseNumber(text, declaration),
        _ when type == typeof(TimeSpan) => ParseDuration(text, declaration),
        _ when type == typeof(bool) => ParseChoice(text, [true, false]),
        _ when type.IsEnum => ParseChoice(text, [.. Enum.GetValues(type).Cast<object>()]),
        _ when type == typeof(Uri) => Uri.TryCreate(text, UriKind.Absolute, out var address)
            && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && !declaration.RequiresHttps))
                ? (address, null)
                : NotA($"an address such as {declaration.Example}"),
        _ when type == typeof(IPEndPoint) => text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text, out var endpoint)
            ? (endpoint, null)
            : NotA("an address and a port, such as 0.0.0.0:9400 or [::]:9400"),
        _ when type == typeof(AccountId) => AccountId.TryParse(text, out var account) ? (account, null) : NotA("12 digits"),
        _ when type == typeof(StorageAddress) => StorageAddress.TryParse(text) is { } store
            ? (store, null)
            : NotA("s3://bucket, s3://bucket/prefix, az://container or az://container/prefix"),
        _ when type == typeof(RetrievalPolicy) => RetrievalDelays.TryParse(Words(text), out var delays, out var wrong)
            ? (delays, null)
            : (null, $"'{wrong}' is not a delay: write {RetrievalDelays.Form}."),
        _ when type == typeof(TopicReceivers) => TopicReceivers.TryParse(Words(text), out var receivers, out var flaw)
            ? (receivers, null)
            : (null, flaw),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "No setting has this type."),
    };

    /// <summary>Formats a value as <see cref="Parse"/> reads it; null for no value.</summary>
    public static string? Format(object? value) => value switch
    {
        null or "" => null,
        TimeSpan duration => Durations.Format(duration),
        RetrievalPolicy delays => RetrievalDelays.Format(delays),
        Enum or bool => WordOf(value),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    /// <summary>Writes a limit of numbers, or of durations in seconds.</summary>
    public static string FormatLimit(Type type, int limit) => type == typeof(TimeSpan)
        ? Durations.Format(TimeSpan.FromSeconds(limit))
        : limit.ToString(CultureInfo.InvariantCulture);

    public static string WordOf(object choice) => choice.ToString()!.ToLowerInvariant();

    private static (object?, string?) NotA(string wanted) => (null, $"It must be {wanted}.");

    private static (object?, string?) ParseText(string text, TextForm form) => form switch
    {
        TextForm.Region when text.AsSpan().ContainsAnyExcept(RegionCharacters) =>
            (null, "It must have only letters, digits, '-', '_' and '.', such as us-east-1."),
        TextForm.Domain when Uri.CheckHostName(text) != UriHostNameType.Dns =>
            NotA("a domain name without a port, such as s3.example.org"),
        _ => (text, null),
    };

    private static (object?, string?) ParseNumber(string text, SettingAttribute declaration) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= declaration.Min && value <= declaration.Max
            ? (value, null)
            : NotA(string.Create(
                CultureInfo.InvariantCulture,
                $"a whole number {(declaration.Max == int.MaxValue ? $"of at least {declaration.Min}" : $"from {declaration.Min} to {declaration.Max}")}"));

    private static (object?, string?) ParseDuration(string text, SettingAttribute declaration) =>
        !Durations.TryParse(text, out var value) ? NotA($"a duration such as {Durations.Examples}")
        : value < TimeSpan.FromSeconds(declaration.Min) ? NotA($"at least {FormatLimit(typeof(TimeSpan), declaration.Min)}")
        : declaration.Max < int.MaxValue && value > TimeSpan.FromSeconds(declaration.Max)
            ? NotA($"at most {FormatLimit(typeof(TimeSpan), declaration.Max)}")
        : (value, null);

    private static (object?, string?) ParseChoice(string text, object[] choices) =>
        Array.Find(choices, choice => text.Equals(WordOf(choice), StringComparison.OrdinalIgnoreCase)) is { } chosen
            ? (chosen, null)
            : NotA($"one of {string.Join(", ", choices.Select(WordOf))}");

    private static string[] Words(string text) => text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries);
}
