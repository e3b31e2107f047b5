using Microsoft.Extensions.Options;

namespace OrleansUploads.Gateway.Settings;

/// <summary>Binds <see cref="ServiceOptions"/> to texts, and reports every text that is wrong.</summary>
/// <param name="textOf">The text of a setting; null or empty for its default.</param>
/// <param name="nameOf">The name of a setting as the operator knows it.</param>
public sealed class ServiceOptionsSetup(Func<ServiceSetting, string?> textOf, Func<ServiceSetting, string> nameOf)
    : IConfigureOptions<ServiceOptions>, IValidateOptions<ServiceOptions>
{
    private readonly List<string> _failures = [];

    /// <summary>Binds the options and validates them at once.</summary>
    /// <exception cref="OptionsValidationException">Some settings are wrong; <see cref="OptionsValidationException.Failures"/> has a
    /// sentence for each.</exception>
    public static ServiceOptions Bind(Func<ServiceSetting, string?> textOf, Func<ServiceSetting, string> nameOf)
    {
        var setup = new ServiceOptionsSetup(textOf, nameOf);
        return new OptionsFactory<ServiceOptions>([setup], [], [setup]).Create(Options.DefaultName);
    }

    /// <inheritdoc/>
    public void Configure(ServiceOptions options)
    {
        _failures.Clear();
        foreach (var setting in ServiceSettings.All)
        {
            if (textOf(setting) is { Length: > 0 } text && setting.Apply(options, text) is { } wrong)
            {
                _failures.Add(setting.IsSecret ? $"{nameOf(setting)}: {wrong}" : $"{nameOf(setting)} is '{text}'. {wrong}");
            }
        }
    }

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ServiceOptions options) =>
        _failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_failures);
}
