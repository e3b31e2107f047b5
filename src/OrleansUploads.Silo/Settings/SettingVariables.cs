using OrleansUploads.Gateway.Settings;

namespace OrleansUploads.Silo.Settings;

/// <summary>The names of settings in the configuration of a silo.</summary>
internal static class SettingVariables
{
    /// <summary>The section of all settings.</summary>
    public const string Section = "OrleansUploads";

    /// <summary>The suffix of a setting that contains the path of a secret's file.</summary>
    public const string FileSuffix = "_FILE";

    extension(Setting<SiloSettings> setting)
    {
        /// <summary>Its name as an environment variable.</summary>
        public string Variable => $"{Section}__{setting.Name}";

        /// <summary>The environment variable that contains the path of a secret's file.</summary>
        public string FileVariable => setting.Variable + FileSuffix;

        /// <summary>Uses what the setting names, such as a file.</summary>
        /// <exception cref="SettingException">It cannot be used. The message names the setting.</exception>
        public T Use<T>(Func<T> use)
        {
            try
            {
                return use();
            }
            catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                throw new SettingException($"{setting.Variable}: {fault.Message}", fault);
            }
        }
    }
}
