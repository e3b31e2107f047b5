namespace OrleansUploads.Silo.Settings;

internal static class SettingVariables
{
    public const string Section = "OrleansUploads";

    /// <summary>The end of the name of a variable that contains the path of a secret's file.</summary>
    public const string FileSuffix = "_FILE";

    /// <summary>The variable of a setting. <paramref name="setting"/> is the name of a property of <see cref="SiloSettings"/>.</summary>
    public static string VariableOf(string setting) => $"{Section}__{setting}";

    /// <summary>The variable with the path of a secret's file.</summary>
    public static string FileVariableOf(string setting) => VariableOf(setting) + FileSuffix;

    /// <summary>Uses what a setting names, such as a file.</summary>
    /// <exception cref="SettingException">It cannot be used. The message names the setting.</exception>
    public static T Use<T>(string setting, Func<T> use)
    {
        try
        {
            return use();
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new SettingException($"{VariableOf(setting)}: {fault.Message}", fault);
        }
    }
}

/// <summary>The process cannot start. The message names the wrong settings and what to do.</summary>
internal sealed class SettingException(string message, Exception? inner = null) : Exception(message, inner);
