namespace OrleansUploads.Silo.Settings;

/// <summary>The process cannot start as it is set up. The message is for the operator: which setting, and what to do.</summary>
internal sealed class SettingException(string message, Exception? inner = null) : Exception(message, inner);
