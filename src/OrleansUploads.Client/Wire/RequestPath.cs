using System.Buffers;
using System.Globalization;
using OrleansUploads.Core;

namespace OrleansUploads.Client.Wire;

/// <summary>Builds paths and refuses names that would become another path on the way.</summary>
internal static class RequestPath
{
    private static readonly SearchValues<char> VaultNameAlphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.");

    public static string Vaults(string account) => $"/{Uri.EscapeDataString(account)}/vaults";

    public static string Vault(string account, string vault)
    {
        ArgumentException.ThrowIfNullOrEmpty(vault);
        var valid = vault.Length <= Limits.MaxVaultNameChars
            && !vault.AsSpan().ContainsAnyExcept(VaultNameAlphabet)
            && !IsDots(vault);
        return valid
            ? $"{Vaults(account)}/{vault}"
            : throw new ArgumentException(
                "A vault name has 1 to 255 letters, digits, '_', '-' and '.', and is not '.' or '..'.", nameof(vault));
    }

    /// <summary>A thing within a vault: <c>archives</c>, <c>multipart-uploads</c> or <c>jobs</c>.</summary>
    public static string Item(string account, string vault, string collection, string id)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        return IsDots(id)
            ? throw new ArgumentException("An ID is not '.' or '..'.", nameof(id))
            : $"{Vault(account, vault)}/{collection}/{Uri.EscapeDataString(id)}";
    }

    /// <summary>The path of one page of a list.</summary>
    public static string Page(string path, string? marker, int? limit)
    {
        if (limit is { } most)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(most, 1, nameof(limit));
        }

        var limitQuery = limit is null ? null : string.Create(CultureInfo.InvariantCulture, $"limit={limit}");
        var markerQuery = marker is null ? null : $"marker={Uri.EscapeDataString(marker)}";
        return (limitQuery, markerQuery) switch
        {
            (null, null) => path,
            (null, _) => $"{path}?{markerQuery}",
            (_, null) => $"{path}?{limitQuery}",
            _ => $"{path}?{limitQuery}&{markerQuery}",
        };
    }

    // Every URI library on the way resolves these segments, so the request would reach something else.
    private static bool IsDots(string segment) => segment is "." or "..";
}
