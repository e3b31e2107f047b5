using OrleansUploads.Core.Values;

namespace OrleansUploads.Cli.Remote;

/// <summary>The option <c>--vault</c>, which most commands need.</summary>
internal static class VaultOption
{
    public static Option<string> Create()
    {
        var option = new Option<string>("--vault", "-v")
        {
            Description = "The name of the vault.",
            HelpName = "name",
            Required = true,
        };
        option.Validators.Add(static result =>
        {
            if (result.Tokens is [var token] && !VaultName.TryParse(token.Value, out _))
            {
                result.AddError($"'{token.Value}' is not the name of a vault. A name has 1 to 255 letters, digits, '_', '-' and '.'.");
            }
        });
        return option;
    }
}
