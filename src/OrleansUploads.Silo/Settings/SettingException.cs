namespace OrleansUploads.Silo.Settings;

/// <summary>The process cannot start with its settings. The message names the wrong settings and what to do.</summary>
internal sealed class SettingException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Creates an exception for one or more wrong settings.</summary>
    /// <param name="flaws">A sentence for each; at least one.</param>
    public static SettingException Of(IReadOnlyList<string> flaws) => new(flaws is [var only]
        ? only
        : $"{flaws.Count} settings are wrong:{string.Concat(flaws.Select(flaw => $"{Environment.NewLine}- {flaw}"))}");
}
