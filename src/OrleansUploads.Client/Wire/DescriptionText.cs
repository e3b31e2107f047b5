namespace OrleansUploads.Client.Wire;

/// <summary>Checks descriptions of archives and jobs before they are sent.</summary>
internal static class DescriptionText
{
    /// <summary>Returns the description unchanged if it is valid or null.</summary>
    /// <exception cref="ArgumentException">The description is too long or is not printable ASCII.</exception>
    public static string? Check(string? description)
    {
        if (description is { Length: > GlacierLimits.MaxDescriptionChars } || description.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            throw new ArgumentException(
                $"The description must have at most {GlacierLimits.MaxDescriptionChars} characters, all of them printable ASCII.",
                nameof(description));
        }

        return description;
    }
}
