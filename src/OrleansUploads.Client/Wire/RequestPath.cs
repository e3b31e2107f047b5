using System.Buffers;
using System.Runtime.CompilerServices;

namespace OrleansUploads.Client.Wire;

/// <summary>Builds request paths. Rejects names that URI libraries would resolve to a different path.</summary>
internal static class RequestPath
{
    private static readonly SearchValues<char> VaultNameAlphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.");

    public static string Account(string account) => $"/{Uri.EscapeDataString(account)}";

    public static string Vaults(string account) => $"{Account(account)}/vaults";

    public static string Vault(string account, string vault)
    {
        ArgumentNullException.ThrowIfNull(vault);
        var valid = vault.Length is > 0 and <= GlacierLimits.MaxVaultNameChars
            && !vault.AsSpan().ContainsAnyExcept(VaultNameAlphabet)
            && !IsDotSegment(vault);
        return valid
            ? $"{Vaults(account)}/{vault}"
            : throw new ArgumentException(
                $"'{vault}' is not a valid vault name. A vault name has 1 to 255 letters, digits, '_', '-' and '.', and is not '.' "
                + "or '..'.",
                nameof(vault));
    }

    /// <summary>Returns the path of one resource in a vault's collection: <c>archives</c>, <c>multipart-uploads</c> or
    /// <c>jobs</c>.</summary>
    public static string Item(
        string account, string vault, string collection, string id, [CallerArgumentExpression(nameof(id))] string? idName = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(id, idName);
        return IsDotSegment(id)
            ? throw new ArgumentException($"'{id}' is not a valid ID. Pass an ID that the server returned.", idName)
            : $"{Vault(account, vault)}/{collection}/{Uri.EscapeDataString(id)}";
    }

    /// <summary>Returns the path and query of the page of a list that a marker names, or of its first page.</summary>
    public static string Page(string path, string? marker) =>
        marker is null ? path : $"{path}?marker={Uri.EscapeDataString(marker)}";

    // URI libraries resolve these segments, so the request would reach a different resource.
    private static bool IsDotSegment(string segment) => segment is "." or "..";
}
