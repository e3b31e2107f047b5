namespace OrleansUploads.Silo.Settings;

/// <summary>The process cannot start with its settings. The message tells the operator which settings are wrong, and what to do.
/// </summary>
internal sealed class SettingException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Several settings are wrong.</summary>
    /// <param name="flaws">A sentence for each; at least one.</param>
    public static SettingException Of(IReadOnlyList<string> flaws) => new(flaws is [var only]
        ? only
        : $"{flaws.Count} settings are wrong:{string.Concat(flaws.Select(flaw => $"{Environment.NewLine}- {flaw}"))}");
}
