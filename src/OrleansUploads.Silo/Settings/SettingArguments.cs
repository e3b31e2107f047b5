namespace OrleansUploads.Silo.Settings;

/// <summary>The settings on the command line. The configuration ignores words that it does not know, so without this check a mistyped
/// command would start a silo, and a mistyped setting would have no effect.</summary>
internal static class SettingArguments
{
    private const string Option = "--";

    /// <summary>Checks the form of the words. <see cref="SettingsReader"/> checks their names and values.</summary>
    /// <param name="arguments">The words: <c>--NAME=VALUE</c>, <c>NAME=VALUE</c>, or <c>--NAME</c> and <c>VALUE</c>.</param>
    /// <exception cref="SettingException">A word is no setting.</exception>
    public static void Require(IReadOnlyList<string> arguments)
    {
        for (var at = 0; at < arguments.Count; at++)
        {
            var name = arguments[at].Split('=')[0];
            if (name.Length == arguments[at].Length)
            {
                var hasValue = at + 1 < arguments.Count && !arguments[at + 1].StartsWith(Option, StringComparison.Ordinal);
                if (!name.StartsWith(Option, StringComparison.Ordinal) || !hasValue)
                {
                    throw new SettingException(
                        $"'{name}' is neither a command nor a setting with a value. See 'orleans-uploads-silo --help'.");
                }

                at++;
            }

            var bare = name.TrimStart('-', '/').Replace($"{Setting.Section}__", "", StringComparison.OrdinalIgnoreCase);
            if (KnownSettings.All.FirstOrDefault(known => known.Name.Equals(bare, StringComparison.OrdinalIgnoreCase)) is { } setting)
            {
                throw new SettingException($"{name} has no effect. Write {Option}{Setting.Section}:{setting.Name}=VALUE.");
            }
        }
    }
}
